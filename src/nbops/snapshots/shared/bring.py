"""Copy a snapshot from the shared store into a folder, checked by hash."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotQuota, SnapshotStoreAway
from nbops.settings import read_settings
from nbops.snapshots.lock import shared
from nbops.snapshots.manifest import manifest_path, write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbops.snapshots.manifest import StoredStream
    from nbops.snapshots.packs.pack import PackWriter
    from nbops.snapshots.shared.remote import Remote
    from nbops.snapshots.shared.remote_shelf import BothShelves
    from nbops.workspace import Workspace


@contextmanager
def at_hand(place: Workspace, remote: Remote | None, snapshot_id: str) -> Iterator[Path]:
    """Give a snapshots folder that has the snapshot: the workspace's own, into which it is copied where it is missing.

    Where it finds no room there, the copy lasts as long as the block.

    Raises:
        SnapshotError: It is missing or damaged in the store.
        SnapshotStoreAway: The store does not answer.
    """
    if remote is None or manifest_path(place.snapshots, snapshot_id).exists():
        yield place.snapshots
        return
    try:
        _bring_home(place, remote, snapshot_id)
    except (SnapshotQuota, OSError):
        with borrowed(remote, snapshot_id) as folder:
            yield folder
        return
    yield place.snapshots


@contextmanager
def borrowed(remote: Remote, snapshot_id: str) -> Iterator[Path]:
    """Give a snapshots folder that has a copy of the snapshot and is removed afterwards.

    Raises:
        SnapshotError: It is missing or damaged in the store.
        SnapshotStoreAway: The store does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="nbops-snapshot-") as folder:
        bring(remote, snapshot_id, Path(folder), lambda _: None)
        yield Path(folder)


def bring(remote: Remote, snapshot_id: str, folder: Path, allow: Callable[[int], None]) -> None:
    """Copy those chunks of a snapshot that *folder* has not got, then its manifest.

    Args:
        remote: Where it is.
        snapshot_id: Which one.
        folder: A snapshots folder.
        allow: Is told the bytes written so far and raises where they are too many.

    Raises:
        SnapshotError: Some of it is missing or damaged; nothing was kept.
        SnapshotStoreAway: The store does not answer.
    """
    from nbops.snapshots.packs.pack import PackWriter
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.shared.remote_shelf import BothShelves

    manifest = remote.manifest(snapshot_id)
    near = Shelf(folder / "packs")
    near.refresh()
    remote.shelf.refresh()
    both = BothShelves(near, remote.shelf)
    pack = PackWriter(folder / "packs", allow)
    try:
        for part in (*manifest.columns, *manifest.axes):
            for stream in part.streams:
                try:
                    _bring_stream(stream, both, pack)
                except (SnapshotStoreAway, SnapshotQuota):
                    raise
                except SnapshotError as error:
                    raise SnapshotError(f"{part.called}: {error}") from error
        pack.finish()
    finally:
        pack.abandon()
        remote.shelf.release()
    write_manifest(folder, manifest)


def _bring_home(place: Workspace, remote: Remote, snapshot_id: str) -> None:
    from nbops.snapshots.allowance import Allowance
    from nbops.snapshots.snapshot import opened

    opened(place)
    allowance = Allowance(place.snapshots, read_settings(place.project)[0].snapshot_gb)
    with shared(place.snapshots):
        bring(remote, snapshot_id, place.snapshots, allowance.spend)


def _bring_stream(stream: StoredStream, both: BothShelves, pack: PackWriter) -> None:
    from nbops.snapshots.packs.fetch import chunks_of, fetch_stream

    if not stream.nbytes or stream.digest in both.near:
        return
    absent = both.hold(chunks_of(stream.digest, stream.nbytes, both))
    fetch_stream(stream.digest, stream.nbytes, both)  # nothing that does not match its hash comes in
    for (key, entry), stored in zip(absent, both.far.read([entry for _, entry in absent]), strict=True):
        pack.add(key, stored, entry.kind)
    both.far.release()
