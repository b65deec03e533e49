"""The entry of a dataset in a run's record, in each of its three states, and what is said of one that is not kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nbops.errors import NbopsError
    from nbops.snapshots.snapshot import Snapshot


def stored_entry(taken: Snapshot, profile: str | None) -> dict[str, Any]:
    """Return the entry of a dataset that is a snapshot.

    Args:
        taken: The snapshot.
        profile: Blob of its profile, if it has one.
    """
    columns = {str(column): str(dtype) for column, dtype in taken.columns.items()}
    return _entry(taken.rows, columns) | {"snapshot": taken.id, "digest": taken.id, "profile": profile}


def pending_entry(copy: str, rows: int, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the entry of a dataset that the recorder will make a snapshot of.

    Args:
        copy: Key of the copy that it will find.
        rows: How many.
        columns: Name → dtype.
    """
    return _entry(rows, columns) | {"reason": "", "pending": True, "copy": copy}


def by_reference_entry(reason: str, *, rows: int | None = None, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return the entry of a dataset of which only the shape is kept, because of *reason*."""
    return _entry(rows, columns) | by_reference(reason)


def by_reference(reason: str) -> dict[str, Any]:
    """Return what becomes of the entry of a pending dataset whose rows are not kept, because of *reason*."""
    return {"by_reference": True, "reason": reason}


def by_reference_warning(entry: Mapping[str, Any]) -> str:
    """Return the sentence about a dataset whose rows are not kept."""
    return f"{entry['name']} is by reference: {entry.get('reason')}"


def reason_of(error: NbopsError) -> str:
    """Return why a dataset is not kept, and what to do about it."""
    return f"{error} ({error.hint})" if error.hint else str(error)


def _entry(rows: int | None, columns: Mapping[str, str]) -> dict[str, Any]:
    return {
        "snapshot": None,
        "digest": "",
        "rows": rows,
        "columns": dict(columns),
        "by_reference": False,
        "profile": None,
    }
