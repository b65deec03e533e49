"""Take a name away, so that it keeps no snapshot any longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import SnapshotNotFound
from nbops.snapshots.describe import place_of
from nbops.snapshots.lock import shared
from nbops.snapshots.names import note_forgotten, read_taken
from nbops.snapshots.shared.remote import open_remote
from nbops.snapshots.shared.store import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace


def forget(name: str, *, workspace: Workspace | str | Path | None = None) -> tuple[str, ...]:
    """Let *name* stand for nothing; its snapshots stay until `collect_garbage` finds that nothing refers to them.

    From a shared store this workspace withdraws the names that it gave; what others gave the same name stays theirs.

    Args:
        name: A name that was given in this workspace.
        workspace: Default: the one of the current directory.

    Returns:
        Ids of the snapshots that bore the name, oldest first.

    Raises:
        SnapshotNotFound: No snapshot of this workspace is called so.
        SnapshotStoreAway: The shared store does not answer. The name stays.
    """
    place = place_of(workspace)
    folder, remote = place.snapshots, open_remote(place)
    named = [taken for taken in read_taken(folder) if taken.name == name]
    if not named:
        theirs = remote is not None and any(taken.name == name for taken in remote.taken())
        whose = ": another workspace gave that name, and only it can forget it" if theirs else ""
        raise SnapshotNotFound(f"no snapshot of this workspace is called {name!r}{whose}")
    if remote is not None:
        there = set(remote.store.names(f"{NAMES}/{remote.owner}"))
        ours = {remote.object_of(taken) for taken in named} & there
        for one in ours:
            remote.store.remove(one)
        remote.forget_uploaded(ours)
    with shared(folder):
        note_forgotten(folder, name)
    return tuple(dict.fromkeys(taken.id for taken in named))
