"""Prove that every snapshot can still be restored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.describe import place_of
from nbops.snapshots.lock import shared
from nbops.snapshots.manifest import Manifest, StoredStream, manifest_path, read_manifest
from nbops.snapshots.shared.remote import Remote, open_remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.shared.remote_shelf import RemoteShelf
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Damage:
    """One snapshot that can no longer be restored.

    Attributes:
        id: Of the snapshot.
        reason: What is missing or damaged, as a sentence.
    """

    id: str
    reason: str


def verify(workspace: Workspace | str | Path | None = None) -> list[Damage]:
    """Read and check everything in *workspace* and its shared store; nothing found means that all can be restored.

    What the workspace uploaded and the store no longer has counts as damage, and is sent again by the next upload.

    Raises:
        SnapshotStoreAway: The store does not answer.
    """
    from nbops.snapshots.packs.shelf import Shelf

    place = place_of(workspace)
    folder, remote = place.snapshots, open_remote(place)
    with shared(folder):
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        sound: dict[tuple[bytes, int], str] = {}
        checked = [(path.stem, _reason(folder, path.stem, shelf, sound)) for path in manifests_in(folder)]
    found = [Damage(identity, reason) for identity, reason in checked if reason]
    return found if remote is None else [*found, *_verify_remote(remote, folder)]


def reason_of(snapshot_id: str, folder: Path) -> str:
    """Return why *folder* cannot restore the snapshot, as a sentence; empty where it can."""
    from nbops.snapshots.packs.shelf import Shelf

    with shared(folder):
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        return _reason(folder, snapshot_id, shelf, {})


def manifests_in(folder: Path) -> list[Path]:
    """Return the manifests in a snapshots folder, sorted by id."""
    return sorted((folder / "manifests").glob("*.json"))


def _verify_remote(remote: Remote, folder: Path) -> Iterator[Damage]:
    """Check the store itself, not what is kept of it here."""
    from nbops.snapshots.shared.remote_shelf import RemoteShelf

    shelf = RemoteShelf(remote.store, remote.folder / "packs", trusting=False)
    shelf.refresh()
    ids = remote.ids()
    seen: dict[tuple[bytes, int], str] = {}
    for identity in sorted(ids):
        try:
            reason = _reason_in(remote.manifest(identity, trusting=False), partial(_fetch_held, shelf), seen)
        except SnapshotStoreAway:
            raise
        except SnapshotError as error:
            reason = str(error)
        if reason:
            yield Damage(identity, reason)
    lost = {remote.parts_of(name)[0] for name in remote.uploaded()} - ids
    for identity in sorted(lost):
        if manifest_path(folder, identity).exists():
            remote.forget_uploaded()
            yield Damage(identity, f"it was uploaded to {remote.shown} and is not there any more")


def _reason(folder: Path, identity: str, shelf: Shelf, seen: dict[tuple[bytes, int], str]) -> str:
    """Return why the snapshot cannot be restored, or nothing; every stream is read once for all snapshots."""
    from nbops.snapshots.packs.fetch import fetch_stream

    try:
        manifest = read_manifest(folder, identity)
    except SnapshotError as error:
        return str(error)
    return _reason_in(manifest, lambda stream: fetch_stream(stream.digest, stream.nbytes, shelf), seen)


def _reason_in(manifest: Manifest, fetch: Callable[[StoredStream], object], seen: dict[tuple[bytes, int], str]) -> str:
    for part in (*manifest.columns, *manifest.axes):
        for stream in part.streams:
            key = stream.digest, stream.nbytes
            if key not in seen:
                try:
                    fetch(stream)
                    seen[key] = ""
                except SnapshotStoreAway:
                    raise
                except SnapshotError as error:
                    seen[key] = str(error)
            if seen[key]:
                return f"{part.called}: {seen[key]}"
    return ""


def _fetch_held(shelf: RemoteShelf, stream: StoredStream) -> None:
    from nbops.snapshots.packs.fetch import chunks_of, fetch_stream

    if not stream.nbytes:
        return
    try:
        shelf.hold(chunks_of(stream.digest, stream.nbytes, shelf))
        fetch_stream(stream.digest, stream.nbytes, shelf)
    finally:
        shelf.release()
