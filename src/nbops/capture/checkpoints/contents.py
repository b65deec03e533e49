"""A digest of what a value holds that is the same in every process, to tell whether re-executed code gave the same."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from xxhash import xxh3_128

from nbops.capture.checkpoints.digest_of_pickle import digest_of_pickle
from nbops.capture.checkpoints.pickling import NotPicklable

_SIMPLE = (int, float, complex, str, bytes, bool, type(None))
_MOST_ITEMS = 100_000
_BYTES_PER_SECOND = 2e9


class Unknown(Exception):  # never leaves this room
    """What a value holds cannot be told, or not in time."""


def contents(value: Any, namespace: Mapping[str, Any], deadline: float) -> str | None:
    """Return a digest of what *value* holds; None where it cannot be told before *deadline* (of `time.thread_time`)."""
    digest = xxh3_128()
    try:
        _add(value, digest, namespace, deadline, 0)
    except (Unknown, NotPicklable, RecursionError):
        return None
    return digest.hexdigest()


def _add(value: Any, digest: Any, namespace: Mapping[str, Any], deadline: float, depth: int) -> None:
    kind = type(value)
    digest.update(f"{kind.__module__}.{kind.__qualname__} ".encode())
    if kind in _SIMPLE:
        digest.update(value if kind is bytes else repr(value).encode(errors="surrogatepass"))
    elif kind in {list, tuple, dict, set, frozenset}:
        _add_items(value, digest, namespace, deadline, depth)
    elif kind is ModuleType:
        digest.update(value.__name__.encode())
    elif kind is FunctionType and value.__globals__ is namespace:
        _add_function(value, digest, namespace, deadline, depth)
    elif not _add_table(value, digest, deadline):
        digest.update(digest_of_pickle(value, namespace, deadline).encode())
    digest.update(b"\0")


def _add_items(value: Any, digest: Any, namespace: Mapping[str, Any], deadline: float, depth: int) -> None:
    if len(value) > _MOST_ITEMS or depth > 20 or time.thread_time() > deadline:  # noqa: PLR2004
        raise Unknown
    digest.update(f"{len(value)} ".encode())
    if isinstance(value, (set, frozenset)):
        # Their order differs from process to process.
        held = []
        for item in value:
            inner = xxh3_128()
            _add(item, inner, namespace, deadline, depth + 1)
            held.append(inner.digest())
        digest.update(b"".join(sorted(held)))
        return
    for item in [part for pair in value.items() for part in pair] if isinstance(value, dict) else value:
        _add(item, digest, namespace, deadline, depth + 1)


def _add_function(value: FunctionType, digest: Any, namespace: Mapping[str, Any], deadline: float, depth: int) -> None:
    code = value.__code__
    digest.update(code.co_code + repr((code.co_names, code.co_varnames, code.co_freevars)).encode())
    for constant in code.co_consts:
        digest.update(constant.co_code if hasattr(constant, "co_code") else repr(constant).encode())
    if value.__closure__:
        raise Unknown
    for held in (value.__defaults__, value.__kwdefaults__):
        _add(held, digest, namespace, deadline, depth + 1)


def _add_table(value: Any, digest: Any, deadline: float) -> bool:
    """Add an array or a frame by its memory; say whether *value* is one."""
    library = type(value).__module__.partition(".")[0]
    if library == "numpy" and type(value).__name__ == "ndarray" and value.dtype.kind in "biufcSUmM":
        _afford(value.nbytes, deadline)
        import numpy as np

        digest.update(f"{value.dtype.str} {value.shape} ".encode())
        digest.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
        return True
    if library == "pandas" and hasattr(value, "_mgr"):
        _afford(8 * int(value.memory_usage(index=True).sum() if value.ndim > 1 else value.nbytes), deadline)  # slower
        import pandas as pd

        try:
            hashed = pd.util.hash_pandas_object(value, index=True)
        except TypeError as error:
            raise Unknown from error
        told = (tuple(map(str, value.columns)), tuple(map(str, value.dtypes))) if value.ndim > 1 else (
            str(value.name), str(value.dtype)
        )  # fmt: skip
        digest.update(repr(told).encode())
        digest.update(hashed.to_numpy().tobytes())
        return True
    return False


def _afford(nbytes: int, deadline: float) -> None:
    if time.thread_time() + nbytes / _BYTES_PER_SECOND > deadline:
        raise Unknown
