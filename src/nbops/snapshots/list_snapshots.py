"""Show which snapshots there are."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.describe import joined, manifest_of, place_of
from nbops.snapshots.manifest import Manifest, manifest_path
from nbops.snapshots.names import Taken, read_taken
from nbops.snapshots.shared.remote import Remote, open_remote
from nbops.snapshots.snapshot import Snapshot, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace


def list_snapshots(workspace: Workspace | str | Path | None = None, *, strict: bool = False) -> list[Snapshot]:
    """Return the snapshots of *workspace* (default: the one of the current directory), latest first.

    Those that other workspaces brought to the same shared store are among them; where it does not answer, they are
    missing, with a warning.

    Content that was stored under several names appears once for each. A snapshot whose manifest is damaged is missing,
    with a warning that names it.

    Args:
        workspace: Default: the one of the current directory.
        strict: Raise instead, where a manifest is damaged.

    Raises:
        SnapshotError: A manifest is damaged, and that must not be passed over.
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
    manifests: dict[str, Manifest] = {}
    for identity in dict.fromkeys(taken.id for taken in present):
        try:
            manifests[identity] = manifest_of(identity, place.snapshots, remote)
        except SnapshotStoreAway:
            raise
        except SnapshotError as error:
            if strict:
                raise
            warnings.warn(f"{error}. It is not listed", RuntimeWarning, stacklevel=2)
    return [snapshot_of(manifests[taken.id], taken) for taken in present if taken.id in manifests]


def _told(remote: Remote | None) -> tuple[list[Taken], set[str]]:
    if remote is None:
        return [], set()
    try:
        return remote.taken(), remote.ids()
    except SnapshotStoreAway as error:
        warnings.warn(f"{error}. What only the store has is not listed", RuntimeWarning, stacklevel=3)
        return [], set()
