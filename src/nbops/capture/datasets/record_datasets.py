"""Frames and arrays that a cell reads, snapshotted within a time budget, else noted by reference."""

from __future__ import annotations

import re
import time
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.capture.secrets.private_columns import is_private_column
from nbops.capture.untouchable import is_untouchable
from nbops.errors import NbopsError, ProfileError

if TYPE_CHECKING:
    from nbops.capture.runs.session import CaptureSession

_ROLES = (
    ("train", re.compile(r"(?:^|_)(?:train|training|fit|tr|dev)(?:_|$)|train$", re.IGNORECASE)),
    ("validation", re.compile(r"(?:^|_)(?:val|valid|validation|eval|cv)(?:_|$)", re.IGNORECASE)),
    ("test", re.compile(r"(?:^|_)(?:test|testing|holdout|hold_out|te|oos)(?:_|$)|test$", re.IGNORECASE)),
    ("reference", re.compile(r"(?:^|_)(?:reference|ref|baseline)(?:_|$)", re.IGNORECASE)),
    ("prediction", re.compile(r"(?:^|_)(?:preds?|predictions?|y_hat|yhat|proba)(?:_|$)", re.IGNORECASE)),
)
_FEWEST_VALUES, _MOST = 2, 20
_BYTES_PER_SECOND = 1e8
_MOST_PROFILED = 500_000
_KINDS = {"pandas": {"DataFrame", "Series"}, "numpy": {"ndarray"}, "pyarrow": {"Table"}, "polars": {"DataFrame"}}


class DatasetMemory:
    """What was recorded of objects that still live and have not changed; holds them by weak reference only."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Any], tuple[int, ...], dict[str, Any]]] = {}

    def recall(self, value: Any, states: tuple[int, ...]) -> dict[str, Any] | None:
        """Return the entry of *value* if it still holds what it held; *states* are its fingerprints."""
        known = self._known.get(id(value))
        if known is None or known[0]() is not value or not states or known[1] != states:
            return None
        return known[2]

    def keep(self, value: Any, states: tuple[int, ...], entry: dict[str, Any]) -> None:
        """Remember the entry of *value* as long as it lives."""
        if not states:
            return
        identity = id(value)
        try:
            reference = weakref.ref(value, lambda _: self._known.pop(identity, None))
        except TypeError:  # no weak references to this kind
            return
        self._known[identity] = (reference, states, entry)


def frames_among(names: Iterable[str], namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names and values of the frames and arrays among *names*, also those one level inside plain containers."""
    seen: set[int] = set()
    for name in names:
        value: Any = namespace.get(name)
        inside = list(dict.items(value)) if isinstance(value, dict) and dict.__len__(value) <= _MOST else []
        if type(value) in {list, tuple} and len(value) <= _MOST:
            inside = list(enumerate(value))
        for label, item in [(name, value), *((f"{name}.{key}", item) for key, item in inside)]:
            if is_frame(item) and id(item) not in seen and not name.startswith("_"):
                seen.add(id(item))
                yield label, item


def is_frame(value: Any) -> bool:
    """Say whether *value* is a dataset that a snapshot can hold."""
    kind = type(value)
    if is_untouchable(value) or kind.__name__ not in _KINDS.get(kind.__module__.partition(".")[0], ()):
        return False
    shape = value.shape
    return bool(shape) and shape[0] > 0 and (len(shape) == 1 or shape[1] > 0) and _count(shape) >= _FEWEST_VALUES


def record_datasets(
    frames: Iterable[tuple[str, Any]],
    session: CaptureSession,
    memory: DatasetMemory,
    states: Mapping[str, tuple[int, ...]],
    seconds: float,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Snapshot frames while time lasts; return their entries, and sentences about what is only by reference.

    Args:
        frames: Names and values.
        session: Where snapshots and profiles go.
        memory: What is known of unchanged objects.
        states: Name → fingerprints of its value now.
        seconds: What all of them may take.
    """
    end = time.perf_counter() + seconds
    entries: list[dict[str, Any]] = []
    warnings: list[str] = []
    for name, value in list(frames)[:_MOST]:
        known = memory.recall(value, states.get(name, ()))
        if known is None:
            known, warning = _entry(name, value, session, end)
            if warning:
                warnings.append(warning)
            else:
                memory.keep(value, states.get(name, ()), known)
        entries.append(known | {"name": name, "role": role_of(name)})
    return entries, warnings


def role_of(name: str) -> str:
    """Guess what a dataset is for from its name; empty where the name does not tell."""
    return next((role for role, pattern in _ROLES if pattern.search(name.replace(".", "_"))), "")


def _entry(name: str, value: Any, session: CaptureSession, end: float) -> tuple[dict[str, Any], str]:
    left = end - time.perf_counter()
    if left <= 0 or _nbytes(value) / _BYTES_PER_SECOND > left:
        return _by_reference(value), f"{name} is by reference: a snapshot would take longer than allowed"
    from nbops.snapshots.snapshot import snapshot

    try:
        taken = snapshot(value, name, workspace=session.workspace, seconds=left, upload=False)
    except NbopsError as error:
        return _by_reference(value), f"{name} is by reference: {error}"
    entry = {
        "snapshot": taken.id,
        "digest": taken.id,
        "rows": taken.rows,
        "columns": {str(column): str(dtype) for column, dtype in taken.columns.items()},
        "by_reference": False,
        "profile": _profile(value, session),
    }
    return entry, ""


def _profile(value: Any, session: CaptureSession) -> str | None:
    """Return the blob of a frame's profile, where making it is a matter of milliseconds."""
    if type(value).__name__ != "DataFrame" or _count(value.shape) > _MOST_PROFILED:
        return None
    from nbops.profiles.profile import profile

    try:
        made = profile(value)
        public = {name: column for name, column in made.columns.items() if not is_private_column(str(name))}
        return session.put(replace(made, columns=public).to_json().encode(), durable=False)
    except ProfileError:  # a frame of kinds that have no profile; its snapshot stands for itself
        return None


def _by_reference(value: Any) -> dict[str, Any]:
    dtypes: Any = getattr(value, "dtypes", None)
    pairs = dtypes.items() if hasattr(dtypes, "items") else ()
    return {
        "snapshot": None,
        "digest": "",
        "rows": int(value.shape[0]),
        "columns": {str(column): str(dtype) for column, dtype in list(pairs)[:1000]},
        "by_reference": True,
        "profile": None,
    }


def _count(shape: tuple[int, ...]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total


def _nbytes(value: Any) -> int:
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if hasattr(value, "memory_usage"):
        usage = value.memory_usage(deep=False)
        return int(usage.sum() if hasattr(usage, "sum") else usage)
    return int(value.estimated_size()) if hasattr(value, "estimated_size") else 0
