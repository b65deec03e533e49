"""Frames and arrays that a cell reads: snapshotted at once, or copied for the recorder, or noted by reference."""

from __future__ import annotations

import math
import re
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.capture.datasets.dataset_entry import (
    by_reference_entry,
    by_reference_warning,
    pending_entry,
    reason_of,
    stored_entry,
)
from nbops.capture.datasets.dataset_memory import DatasetMemory, Ticket
from nbops.capture.datasets.free_memory import free_memory
from nbops.capture.datasets.layout import Arrays, Layout, Unstable
from nbops.capture.datasets.layout_of import layout_of
from nbops.capture.datasets.marks_of import marks_of
from nbops.capture.datasets.not_collected import not_collected, schema_of
from nbops.capture.datasets.stable_copy import stable_copy
from nbops.capture.datasets.stable_file import stable_path
from nbops.capture.datasets.write_copy import waiting_bytes, write_copy
from nbops.errors import NbopsError, SnapshotQuota

if TYPE_CHECKING:
    from nbops.capture.runs.session import CaptureSession

_ROLES = (
    ("train", re.compile(r"(?:^|_)(?:train|training|fit|tr|dev)(?:_|$)|train$", re.IGNORECASE)),
    ("validation", re.compile(r"(?:^|_)(?:val|valid|validation|eval|cv)(?:_|$)", re.IGNORECASE)),
    ("test", re.compile(r"(?:^|_)(?:test|testing|holdout|hold_out|te|oos)(?:_|$)|test$", re.IGNORECASE)),
    ("reference", re.compile(r"(?:^|_)(?:reference|ref|baseline)(?:_|$)", re.IGNORECASE)),
    ("prediction", re.compile(r"(?:^|_)(?:preds?|predictions?|y_hat|yhat|proba)(?:_|$)", re.IGNORECASE)),
)
_MOST = 20
_BYTES_PER_SECOND, _OBJECTS_PER_SECOND = 1e8, 2e6
_MOST_PROFILED = 500_000
_MB = 1e6
_FIRST_TRY = 0.7  # of the time; the rest is for a copy
_SHARE = 0.1  # of the free memory, and of the disk
_SMALL, _LEAST = 1e6, 0.1  # bytes that take no time worth saving: however busy the machine, they get these seconds


def record_datasets(
    frames: Iterable[tuple[str, Any]],
    session: CaptureSession,
    memory: DatasetMemory,
    states: Mapping[str, tuple[int, ...]],
    seconds: float,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Record frames within a time; return their entries, and sentences about what is only by reference.

    The largest has its turn first: its copy takes a share of the time that it needs anyway, while small ones can be
    copied where they cannot be snapshotted.

    Args:
        frames: Names and values.
        session: Where snapshots, copies and profiles go.
        memory: What is known of unchanged objects.
        states: Name → fingerprints of its value now.
        seconds: What all of them may take.
    """
    end = time.perf_counter() + seconds
    wanted = [(name, value, _known(name, value, memory, states)) for name, value in list(frames)[:_MOST]]
    found: dict[str, dict[str, Any]] = {name: known for name, _, known in wanted if known is not None}
    fresh = [(name, value) for name, value, known in wanted if known is None]
    for name, value in sorted(fresh, key=lambda item: -_nbytes(item[1])):
        found[name] = _entry(name, value, session, end, memory)
        if found[name]["snapshot"]:
            memory.keep(value, states.get(name, ()), found[name])
    entries = [found[name] | {"name": name, "role": role_of(name)} for name, _, _ in wanted]
    return entries, [
        by_reference_warning(entry) for entry in entries if entry["by_reference"] and not entry.get("kind")
    ]


def role_of(name: str) -> str:
    """Guess what a dataset is for from its name; empty where the name does not tell."""
    return next((role for role, pattern in _ROLES if pattern.search(name.replace(".", "_"))), "")


def _known(
    name: str, value: Any, memory: DatasetMemory, states: Mapping[str, tuple[int, ...]]
) -> dict[str, Any] | None:
    if kind := not_collected(value):
        return by_reference_entry(f"a {kind} is never read by nbops", columns=schema_of(value)) | {"kind": kind}
    return memory.recall(value, states.get(name, ()))


def _entry(name: str, value: Any, session: CaptureSession, end: float, memory: DatasetMemory) -> dict[str, Any]:
    size, most = _nbytes(value), session.settings.snapshot_mb * _MB
    if size > most:
        return _by_reference(value, f"its {size / _MB:,.0f} MB are more than capture.snapshot_mb = {most / _MB:,.0f}")
    left = _end(size, end) - time.perf_counter()
    if size / _BYTES_PER_SECOND + _objects(value) / _OBJECTS_PER_SECOND <= _FIRST_TRY * left:
        with suppress(SnapshotQuota):  # it took longer than thought; there is no more disk to use either
            return _snapshot(name, value, session, _FIRST_TRY * left)
    try:
        return _copied(value, session, memory, _end(size, end))
    except Unstable as error:
        return _by_reference(value, str(error))
    except SnapshotQuota as error:
        return _by_reference(value, reason_of(error))


def _end(size: int, end: float) -> float:
    return max(end, time.perf_counter() + _LEAST) if size <= _SMALL else end


def _snapshot(name: str, value: Any, session: CaptureSession, seconds: float) -> dict[str, Any]:
    from nbops.snapshots.snapshot import snapshot

    try:
        taken = snapshot(value, name, workspace=session.workspace, seconds=seconds, upload=False)
    except SnapshotQuota:
        raise
    except NbopsError as error:
        return _by_reference(value, reason_of(error))
    return stored_entry(taken, _profile(value, session))


def _copied(value: Any, session: CaptureSession, memory: DatasetMemory, end: float) -> dict[str, Any]:
    """Have a frame copied, if possible before the cell goes on, and brought to the disk, where the recorder finds it.

    Raises:
        Unstable: It cannot be copied.
        SnapshotQuota: The snapshots take all that they may.
    """
    layout = layout_of(value)
    marks = marks_of([*layout.parts, *layout.fixed], end)
    if marks is None:
        raise Unstable("reading it once would take longer than capture.snapshot_ms allows")
    known = memory.recall_copy(layout, marks)
    if known is not None:
        return known
    _hold_against_quotas(layout, _nbytes(value), session)
    ticket = Ticket(uuid4().hex, marks)
    write_copy(ticket, stable_path(session.workspace, session.id, ticket.key), layout, _copies(layout, end))
    entry = pending_entry(ticket.key, int(value.shape[0]), _columns(value))
    memory.keep_copy(layout, entry, ticket)
    return entry


def _copies(layout: Layout, end: float) -> Arrays | None:
    """Return copies of a frame's memory; None where a thread has to make them, and to see whether it still can."""
    try:
        return stable_copy(layout, end)
    except Unstable:
        return None


def _hold_against_quotas(layout: Layout, nbytes: int, session: CaptureSession) -> None:
    """Hold a copy against what memory and disk have to spare.

    Raises:
        Unstable: It would be too large.
        SnapshotQuota: The snapshots take all that they may.
    """
    from nbops.snapshots.allowance import Allowance

    waiting = waiting_bytes()
    if layout.nbytes and layout.nbytes + waiting > _SHARE * (free_memory() + waiting):
        raise Unstable(f"a copy of its {layout.nbytes / _MB:,.0f} MB would take more than a tenth of the free memory")
    place = session.workspace.snapshots
    Allowance(place, session.settings.snapshot_gb).spend(0)
    disk = shutil.disk_usage(place)
    if disk.free - nbytes - waiting < _SHARE * disk.total:
        raise Unstable("a copy of it would leave less than a tenth of the disk free")


def _profile(value: Any, session: CaptureSession) -> str | None:
    """Return the blob of a frame's profile, where making it is a matter of milliseconds."""
    if math.prod(value.shape) > _MOST_PROFILED:
        return None
    from nbops.capture.datasets.kept_profile import kept_profile

    content = kept_profile(value)
    return session.put(content, durable=False) if content else None


def _by_reference(value: Any, reason: str) -> dict[str, Any]:
    return by_reference_entry(reason, rows=int(value.shape[0]), columns=_columns(value))


def _columns(value: Any) -> dict[str, str]:
    dtypes: Any = getattr(value, "dtypes", None)
    pairs = dtypes.items() if hasattr(dtypes, "items") else ()
    return {str(column): str(dtype) for column, dtype in list(pairs)[:1000]}


def _nbytes(value: Any) -> int:
    size = getattr(value, "nbytes", None)
    if isinstance(size, int):
        return size
    if hasattr(value, "memory_usage"):
        usage = value.memory_usage(deep=False)
        return int(usage.sum() if hasattr(usage, "sum") else usage)
    return int(value.estimated_size()) if hasattr(value, "estimated_size") else 0


def _objects(value: Any) -> int:
    """Count the Python objects in a frame or array."""
    dtypes: Any = getattr(value, "dtypes", None)
    kinds = dtypes.tolist() if hasattr(dtypes, "tolist") else [getattr(value, "dtype", None)]
    boxed = sum(1 for kind in kinds if str(kind) == "object")
    return int(value.shape[0]) * boxed
