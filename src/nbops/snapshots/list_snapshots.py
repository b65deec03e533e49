"""Show which snapshots there are."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from nbops.errors import SnapshotStoreAway
from nbops.snapshots.describe import joined, manifest_of, place_of
from nbops.snapshots.manifest import manifest_path
from nbops.snapshots.names import Taken, read_taken
from nbops.snapshots.shared.remote import Remote, open_remote
from nbops.snapshots.snapshot import Snapshot, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace


def list_snapshots(workspace: Workspace | str | Path | None = None) -> list[Snapshot]:
    """Return the snapshots of *workspace* (default: the one of the current directory), latest first.

    Those that other workspaces brought to the same shared store are among them; where it does not answer, they are
    missing, with a warning.

    Content that was stored under several names appears once for each.

    Raises:
        SnapshotError: A manifest is damaged.
    """
    place = place_of(workspace)
    here, remote = read_taken(place.snapshots), open_remote(place)
    there, ids = _told(remote)
    latest = {(taken.name, taken.id): taken for taken in joined(here, there)}
    present = [
        taken for taken in latest.values() if taken.id in ids or manifest_path(place.snapshots, taken.id).exists()
    ]
    present.sort(key=lambda taken: taken.time, reverse=True)
    if remote is not None and ids:
        remote.bring(taken.id for taken in present if not manifest_path(place.snapshots, taken.id).exists())
    manifests = {taken.id: manifest_of(taken.id, place.snapshots, remote) for taken in present}
    return [snapshot_of(manifests[taken.id], taken) for taken in present]


def _told(remote: Remote | None) -> tuple[list[Taken], set[str]]:
    if remote is None:
        return [], set()
    try:
        return remote.taken(), remote.ids()
    except SnapshotStoreAway as error:
        warnings.warn(f"{error}. What only the store has is not listed", RuntimeWarning, stacklevel=3)
        return [], set()
