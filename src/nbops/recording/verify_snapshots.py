"""Prove that every snapshot can be restored, and say whom it hurts where one cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.recording.list_runs import list_runs
from nbops.snapshots.describe import place_of
from nbops.snapshots.names import read_taken
from nbops.snapshots.verify import Damage, verify

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.recording.run import Run
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Loss(Damage):
    """A snapshot that can no longer be restored, and whom that hurts.

    Attributes:
        names: What it was called, the latest name first.
        runs: Runs that read it, latest first; also hidden and deleted ones.
    """

    names: tuple[str, ...]
    runs: tuple[Run, ...]


def verify_snapshots(workspace: Workspace | str | Path | None = None) -> list[Loss]:
    """Read and check everything that is stored; an empty answer means that all of it can be restored.

    Raises:
        SnapshotStoreAway: The shared store does not answer, so that nobody knows what it holds.
    """
    place = place_of(workspace)
    damages = verify(place)
    if not damages:
        return []
    taken = read_taken(place.snapshots)
    runs = [run for deleted in (False, True) for run in list_runs(place, hidden=True, deleted=deleted)]
    runs.sort(key=lambda run: run.started, reverse=True)
    return [
        Loss(
            damage.id,
            damage.reason,
            tuple(dict.fromkeys(entry.name for entry in reversed(taken) if entry.id == damage.id and entry.name)),
            tuple(run for run in runs if any(item.get("id") == damage.id for item in run.snapshots)),
        )
        for damage in damages
    ]
