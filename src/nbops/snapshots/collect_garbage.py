"""Give disk space back: snapshots that nobody keeps, and chunks that no snapshot needs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.snapshots.describe import place_of, resolve
from nbops.snapshots.lock import alone
from nbops.snapshots.manifest import read_manifest
from nbops.snapshots.names import read_taken
from nbops.snapshots.verify import manifests_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from nbops.snapshots.shelf import Shelf
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

    Args:
        keep: Names, ids or snapshots. None keeps them all and removes only what interrupted writes left.
        workspace: Default: the one of the current directory.
        taken_since: Keep also what was taken, for the first time or again, at or after this time (seconds since the
            epoch). It is looked up when nobody can take another, so that nothing is lost that was taken while the
            caller found out what to keep.
        dry_run: Remove nothing.

    Raises:
        SnapshotNotFound: One to keep is not there. Nothing was removed.
        SnapshotError: One to keep is damaged, or somebody is reading or adding. Nothing was removed.
    """
    from nbops.snapshots.shelf import Shelf

    folder = place_of(workspace).snapshots
    with alone(folder):
        before = _size(folder)
        kept = present = {path.stem for path in manifests_in(folder)}
        if keep is not None:
            kept = {resolve(ref if isinstance(ref, str) else ref.id, folder).id for ref in keep}
        if taken_since is not None:
            kept |= {taken.id for taken in read_taken(folder) if taken.time >= taken_since} & present
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        needed = _needed(folder, kept, shelf)
        gone = [path for path in manifests_in(folder) if path.stem not in kept]
        if dry_run:
            spared = sum(_spare(table, needed)[1] for table in shelf.tables.values())
            return Collected(tuple(path.stem for path in gone), spared + sum(path.stat().st_size for path in gone))
        for path in gone:
            path.unlink()
        for pack, table in shelf.tables.items():
            _thin(folder / "packs", pack, table, needed, shelf)
        for path in (folder / "packs").glob(".partial-*"):
            if path.stat().st_mtime < time.time() - _DAY:
                path.unlink(missing_ok=True)
        return Collected(tuple(path.stem for path in gone), before - _size(folder))


def _needed(folder: Path, kept: set[str], shelf: Shelf) -> set[bytes]:
    from nbops.snapshots.fetch import chunks_of

    streams = {stream.digest for one in kept for stream in read_manifest(folder, one).streams if stream.nbytes}
    return {key for digest in streams for key in chunks_of(digest, shelf)}


def _thin(packs: Path, name: str, table: NDArray[Any], needed: set[bytes], shelf: Shelf) -> None:
    """Remove a pack that nobody needs; rewrite one that is needed for less than half of its bytes."""
    from nbops.snapshots.pack import PackWriter
    from nbops.snapshots.shelf import Entry

    live, spare = _spare(table, needed)
    if not spare:
        return
    writer = PackWriter(packs, lambda _: None)
    try:
        for entry in live:
            where = Entry(name, int(entry["offset"]), int(entry["size"]), int(entry["kind"]))
            writer.add(entry["key"].tobytes(), shelf.read([where])[0], where.kind)
        writer.finish()
    finally:
        writer.abandon()
    (packs / name).unlink()


def _spare(table: NDArray[Any], needed: set[bytes]) -> tuple[list[Any], int]:
    """Return the entries of a pack that are needed, and the bytes that can be had: none where more than half is."""
    live = [entry for entry in table if entry["key"].tobytes() in needed]
    used, total = sum(int(entry["size"]) for entry in live), int(table["size"].sum())
    return live, total - used if used * 2 < total else 0


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
