"""Show which snapshots there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.snapshots.describe import place_of
from nbops.snapshots.manifest import manifest_path, read_manifest
from nbops.snapshots.names import read_taken
from nbops.snapshots.snapshot import Snapshot, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace


def list_snapshots(workspace: Workspace | str | Path | None = None) -> list[Snapshot]:
    """Return the snapshots of *workspace* (default: the one of the current directory), latest first.

    Content that was stored under several names appears once for each.

    Raises:
        SnapshotError: A manifest is damaged.
    """
    folder = place_of(workspace).snapshots
    latest = {(taken.name, taken.id): taken for taken in read_taken(folder)}
    present = [taken for taken in latest.values() if manifest_path(folder, taken.id).exists()]
    present.sort(key=lambda taken: taken.time, reverse=True)
    manifests = {taken.id: read_manifest(folder, taken.id) for taken in present}
    return [snapshot_of(manifests[taken.id], taken) for taken in present]
