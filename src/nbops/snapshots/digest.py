"""Name a dataset by its content."""

from __future__ import annotations

from typing import Any

from nbops.snapshots.manifest import id_of


def digest(dataset: Any) -> str:
    """Return the id that a snapshot of *dataset* has or would have; nothing is stored.

    Raises:
        SnapshotError: It cannot be stored, so that it has no id.
    """
    from nbops.snapshots.streams.datasets import take_apart
    from nbops.snapshots.streams.survey import survey

    return id_of(survey(take_apart(dataset)).encode())
