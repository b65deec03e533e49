"""Give the disk space of snapshots back that nothing refers to."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.registry.references import references
from nbops.snapshots.collect_garbage import collect_garbage
from nbops.snapshots.describe import place_of
from nbops.snapshots.list_snapshots import list_snapshots
from nbops.snapshots.names import FRESH, read_taken
from nbops.snapshots.snapshot import Snapshot
from nbops.snapshots.verify import manifests_in

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbops.workspace import Workspace

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Collection:
    """What went, what stayed, and why.

    Attributes:
        gone: Snapshots that were removed, or would be.
        kept: Id of every other snapshot → what refers to it, in words.
        bytes: Disk space that came free, or about what would.
        dry_run: Nothing was removed.
    """

    gone: tuple[Snapshot, ...]
    kept: Mapping[str, tuple[str, ...]]
    bytes: int
    dry_run: bool


def collect_snapshots(
    *, older_than: float = DAY, dry_run: bool = False, workspace: Workspace | str | Path | None = None
) -> Collection:
    """Remove the snapshots that no run, version, ledger event, document or name refers to.

    A deleted run can be restored, so its snapshots stay. Of several snapshots of one name the latest stays.

    Args:
        older_than: Keep also what was taken less than so many seconds ago; never less than ten minutes, in which
            whoever took it gets to say what for.
        dry_run: Remove nothing.
        workspace: Default: the one of the current directory.

    Raises:
        StoreUnavailable: MLflow cannot be asked what it refers to. Nothing was removed.
        StoreRefused: MLflow answered no. Nothing was removed.
        SnapshotError: Somebody is reading or adding right now, or a manifest or list of chunks in the workspace is
            damaged: nothing was removed. Or one in the shared store is: what nobody needs in the workspace is gone
            already, no chunk in the store is.
        SnapshotStoreAway: The shared store does not answer. Where it stopped only after it had answered first, what
            nobody needs in the workspace is gone already; the store is left consistent, and the next call goes on.
    """
    place = place_of(workspace)
    # Before anything is asked: whatever is taken from here on was not looked for.
    since = time.time() - max(older_than, 2 * FRESH)
    known = {one.id: one for one in reversed(list_snapshots(place, strict=True))}
    present = known.keys() | {path.stem for path in manifests_in(place.snapshots)}
    if not present:
        return Collection((), {}, 0, dry_run)
    kept = references(place, present)
    for entry in read_taken(place.snapshots):
        if entry.time >= since and entry.id in present and entry.id not in kept:
            kept[entry.id] = ("taken a short while ago",)
    collected = collect_garbage(keep=kept, workspace=place, taken_since=since, dry_run=dry_run)
    gone = tuple(known.get(identity) or Snapshot(identity, None, 0, 0, {}, 0) for identity in collected.snapshots)
    return Collection(gone, kept, collected.bytes, dry_run)
