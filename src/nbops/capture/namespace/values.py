"""Values of a notebook's namespace as JSON, without running any of the user's methods."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import MemberDescriptorType
from typing import Any

from nbops.capture.untouchable import is_untouchable

_LARGEST, _WIDEST = 1 << 63, 1e300
_SIMPLE = (bool, int, str, type(None))
LONGEST_LIST, LONGEST_TEXT = 50, 6000
_DEEPEST, _MOST = 8, 1000


def finite_number(value: Any) -> tuple[float | int | None, bool]:
    """Return *value* as a finite Python number, or None, and whether it is a real scalar at all.

    Real scalars are `int` and `float`, NumPy's, 0-dimensional arrays, and 0-dimensional tensors in main memory. A
    tensor on another device is none: reading it would make the device wait.
    """
    kind = type(value)
    if kind is bool:
        return None, False
    if kind is int:
        return (value if abs(value) < _LARGEST else float(value) if abs(value) < _WIDEST else None), True
    if kind is not float:
        if is_untouchable(value):
            return None, False
        value = _from_library(value, kind.__module__.partition(".")[0])
        if value is None:
            return None, False
    return (value if math.isfinite(value) else None), True


def json_value(value: Any) -> Any:
    """Return *value* as JSON of modest size; what JSON does not know becomes the name of its type."""
    simple, known = simple_value(value)
    return simple if known else f"<{kind_name(type(value))}>"


def simple_value(value: Any) -> tuple[Any, bool]:
    """Return *value* as JSON and True, or None and False where it is no plain value of modest size.

    Exact builtin types, NumPy scalars, paths and enumerations count; a float that JSON cannot hold becomes text. What
    holds itself, or is nested deeply, is no plain value.
    """
    return _simple(value, _DEEPEST, [_MOST])


def kind_name(kind: type) -> str:
    """Return the name of a class, whatever its metaclass says."""
    return str(_name_of(kind))


def is_ours(kind: type) -> bool:
    """Say whether a class is nbops' own: a snapshot, a run or a profile is an answer, no finding of the cell."""
    where = kind.__module__
    return type(where) is str and where.partition(".")[0] == "nbops"


_name_of: Any = type.__dict__["__name__"].__get__


def _simple(value: Any, depth: int, left: list[int]) -> tuple[Any, bool]:  # noqa: PLR0911 # one a kind of value
    left[0] -= 1
    if not depth or left[0] < 0 or is_untouchable(value):
        return None, False
    kind = type(value)
    if kind in _SIMPLE:
        return (value, True) if kind is not str or len(value) <= LONGEST_TEXT else (None, False)
    if kind is float:
        return (value if math.isfinite(value) else str(value)), True
    if kind in {list, tuple, set, frozenset}:
        if len(value) > LONGEST_LIST:
            return None, False
        pairs = [_simple(item, depth - 1, left) for item in value]
        items = [item for item, _ in pairs]
        if kind in {set, frozenset} and all(type(item) is str for item in items):
            items.sort()
        return (items, True) if all(known for _, known in pairs) else (None, False)
    if kind is dict:
        if len(value) > LONGEST_LIST or not all(type(key) is str or type(key) is int for key in value):
            return None, False
        pairs = [_simple(item, depth - 1, left) for item in value.values()]
        known = all(known for _, known in pairs)
        return ({str(key): item for key, (item, _) in zip(value, pairs, strict=True)}, True) if known else (None, False)
    return _simple_from_library(value, kind)


def flatten(name: str, value: Any, depth: int = 4) -> Iterator[tuple[str, Any]]:
    """Yield dotted names and JSON values of a literal, configuration dict, dataclass or plain namespace."""
    entries = config_entries(value)
    if entries is not None and depth:
        for key, item in entries.items():
            yield from flatten(f"{name}.{key}", item, depth - 1)
        return
    simple, known = simple_value(value)
    if known:
        yield name, simple


def config_entries(value: Any) -> dict[str, Any] | None:
    """Return the entries of a dict with simple keys, a dataclass or a `SimpleNamespace`; None for anything else."""
    if is_untouchable(value):
        return None
    kind = type(value)
    if is_ours(kind):
        return None
    if kind is dict:
        return {str(key): item for key, item in value.items()} if value and _plain_keys(value) else None
    if "__dataclass_fields__" in kind.__dict__ or any("__dataclass_fields__" in base.__dict__ for base in kind.__mro__):
        held = _attributes(value)
        return {field: held[field] for field in kind.__dataclass_fields__ if field in held}
    if kind.__name__ in {"SimpleNamespace", "Namespace"} and kind.__module__ in {"types", "argparse"}:
        return dict(_attributes(value))
    return None


def _plain_keys(value: dict[Any, Any]) -> bool:
    return len(value) <= 4 * LONGEST_LIST and all(type(key) is str or type(key) is int for key in value)


def _attributes(value: Any) -> dict[str, Any]:
    try:
        held: dict[str, Any] = object.__getattribute__(value, "__dict__")
    except AttributeError:
        held = {}
        for base in type(value).__mro__:
            for slot in base.__dict__.get("__slots__", ()):
                member = base.__dict__.get(slot)
                if isinstance(member, MemberDescriptorType):
                    try:
                        held[slot] = member.__get__(value)
                    except AttributeError:  # a slot that was never filled
                        continue
    return held


def _from_library(value: Any, library: str) -> float | int | None:
    if library == "numpy":
        import numpy as np

        if isinstance(value, np.bool_) or (isinstance(value, np.ndarray) and value.ndim):
            return None
        if isinstance(value, (np.integer, np.floating, np.ndarray)) and value.dtype.kind in "iuf":
            number = np.ndarray.item(value) if isinstance(value, np.ndarray) else np.generic.item(value)
            return float(number) if not isinstance(number, int) else number
    elif library == "torch" and type(value).__name__ in {"Tensor", "Parameter"} and value.device.type == "cpu":
        number = value.detach().item() if value.dim() == 0 and not value.is_complex() else None
        return None if isinstance(number, bool) else number
    return None


def _simple_from_library(value: Any, kind: type) -> tuple[Any, bool]:
    import enum
    from pathlib import PurePath

    if isinstance(value, PurePath) and kind.__module__.startswith("pathlib"):
        return str(value), True
    if isinstance(value, enum.Enum):
        return str(value._name_), True  # `name` may be overridden
    if kind.__module__ == "numpy":
        import numpy as np

        if isinstance(value, np.bool_):
            return bool(value), True
        if isinstance(value, np.generic):
            number, is_number = finite_number(value)
            return (number, True) if number is not None else (str(value), True) if is_number else (None, False)
    return None, False
