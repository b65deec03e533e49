"""Give disk space back: snapshots that nobody keeps, and chunks that no snapshot needs."""

from __future__ import annotations

import time
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotNotFound
from nbops.snapshots.describe import place_of, resolve
from nbops.snapshots.lock import alone
from nbops.snapshots.manifest import manifest_path, read_manifest
from nbops.snapshots.names import read_taken
from nbops.snapshots.shared.collect_remote import collect_remote
from nbops.snapshots.shared.remote import Remote, open_remote
from nbops.snapshots.snapshot import opened
from nbops.snapshots.verify import manifests_in
from nbops.workspace import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.snapshot import Snapshot
    from nbops.workspace import Workspace

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Collected:
    """What was removed, or would be.

    Attributes:
        snapshots: Ids of the snapshots that are gone.
        bytes: Disk space that came free; where nothing was removed, about what would.
    """

    snapshots: tuple[str, ...]
    bytes: int


def collect_garbage(
    *,
    keep: Iterable[str | Snapshot] | None = None,
    workspace: Workspace | str | Path | None = None,
    taken_since: float | None = None,
    dry_run: bool = False,
) -> Collected:
    """Remove every snapshot but those to *keep*, and the chunks that none of these needs.

    In a shared store this workspace withdraws its own names only. A snapshot that no workspace names any longer, and
    chunks that no snapshot needs, are first condemned there, then removed by a collection at least a day later, unless
    somebody took them up again (`collect_remote`). A copied workspace counts as one with its original.

    A pack in which something that is needed is damaged stays as it is, with a warning; `verify` says whom it hurts.

    Args:
        keep: Names, ids or snapshots. None keeps them all and removes only what interrupted writes left.
        workspace: Default: the one of the current directory.
        taken_since: Keep also what was taken, for the first time or again, at or after this time (seconds since the
            epoch). It is looked up when nobody can take another, so that nothing is lost that was taken while the
            caller found out what to keep.
        dry_run: Remove nothing.

    Raises:
        SnapshotNotFound: One to keep is not there. Nothing was removed.
        SnapshotError: One to keep or its list of chunks is damaged, or somebody is reading or adding. Nothing was
            removed.
        SnapshotStoreAway: The shared store does not answer. Nothing was removed there.
    """
    from nbops.snapshots.packs.shelf import Shelf

    place, started = place_of(workspace), time.time()
    folder, remote = place.snapshots, open_remote(place)
    if remote is not None:
        remote.ids()  # a store that is away is told before anything is removed
        opened(place)
    with alone(folder):
        before = _size(folder)
        kept = present = {path.stem for path in manifests_in(folder)}
        if keep is not None:
            kept = {one for ref in keep for one in _meant(ref if isinstance(ref, str) else ref.id, folder, remote)}
        if taken_since is not None:
            kept |= {taken.id for taken in read_taken(folder) if taken.time >= taken_since} & present
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        needed = _needed(folder, {one for one in kept if manifest_path(folder, one).exists()}, shelf)
        gone = [path for path in manifests_in(folder) if path.stem not in kept]
        if dry_run:
            spared = sum(shelf.spare(name, needed) for name in shelf.tables)
            return Collected(tuple(path.stem for path in gone), spared + sum(path.stat().st_size for path in gone))
        for path in gone:
            path.unlink()
        for name in shelf.tables:
            _thin(shelf, name, needed)
        for path in (folder / "packs").glob(f"{PARTIAL}*"):
            if path.stat().st_mtime < time.time() - _DAY:
                path.unlink(missing_ok=True)
        collected = Collected(tuple(path.stem for path in gone), before - _size(folder))
    if remote is None:
        return collected
    # Outside the lock: no cell that takes a snapshot may wait for a network.
    far, freed = collect_remote(remote, None if keep is None else kept, started)
    return Collected(tuple(dict.fromkeys([*collected.snapshots, *far])), collected.bytes + freed)


def _meant(ref: str, folder: Path, remote: Remote | None) -> set[str]:
    """Return what *ref* stands for, and also what it would if nobody else had given anybody that name."""
    found = {resolve(ref, folder, remote).id}
    if remote is not None:
        with suppress(SnapshotNotFound):
            found.add(resolve(ref, folder).id)
    return found


def _needed(folder: Path, kept: set[str], shelf: Shelf) -> set[bytes]:
    from nbops.snapshots.packs.fetch import chunks_of

    streams = {
        (stream.digest, stream.nbytes) for one in kept for stream in read_manifest(folder, one).streams if stream.nbytes
    }
    return {key for digest, nbytes in streams for key in chunks_of(digest, nbytes, shelf)}


def _thin(shelf: Shelf, name: str, needed: set[bytes]) -> None:
    """Remove a pack that nobody needs; replace one that is needed for less than half of its bytes."""
    from nbops.snapshots.packs.thin import thin

    try:
        worth = thin(shelf, name, needed, shelf.folder)
    except SnapshotError as error:
        warnings.warn(f"{error}. The pack stays", RuntimeWarning, stacklevel=3)
        return
    if worth:
        (shelf.folder / name).unlink()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
