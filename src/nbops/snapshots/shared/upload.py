"""Bring the snapshots of a workspace to the shared store."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.describe import place_of
from nbops.snapshots.lock import in_turn, shared
from nbops.snapshots.manifest import manifest_path, read_manifest
from nbops.snapshots.names import Taken, encode_taken, read_taken
from nbops.snapshots.packs.pack import SUFFIX
from nbops.snapshots.shared.remote import Remote, open_remote
from nbops.snapshots.shared.store import MANIFESTS, PACKS
from nbops.snapshots.shared.waiting_uploads import waiting_uploads

if TYPE_CHECKING:
    from nbops.snapshots.packs.shelf import Entry, Shelf
    from nbops.workspace import Workspace

_STALE, _POLITE = 3600.0, 0.005


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What one upload did.

    Attributes:
        snapshots: How many snapshots (or further names of some) the store has got now and had not before.
        bytes: What was sent, in bytes.
    """

    snapshots: int
    bytes: int


def upload(workspace: Workspace | str | Path | None = None, *, only: Taken | None = None) -> Uploaded:
    """Send to the shared store what it has not got: chunks first, then the manifest, then the name.

    It can be interrupted anywhere: nobody sees a snapshot before all its chunks are there, and the next upload goes on
    where this one ended. Nothing happens where the settings name no shared store.

    A chunk that any snapshot in the store has is not sent again. That it stays until our manifest refers to it is
    certain, because garbage is condemned a day before it is removed, and what is condemned counts as absent here.

    Args:
        workspace: Default: the one of the current directory.
        only: Send this one; otherwise all that wait, oldest first.

    Raises:
        SnapshotStoreAway: The store does not answer or refuses; what is not there yet waits.
        SnapshotError: One snapshot is damaged in the workspace; all others were sent.
    """
    place = place_of(workspace)
    remote = open_remote(place)
    if remote is None:
        return Uploaded(0, 0)
    sender = _Sender(remote, place.snapshots)
    failed: SnapshotError | None = None
    if only and remote.object_of(only) in remote.uploaded():
        return Uploaded(0, 0)
    for taken in [only] if only else waiting_uploads(place, remote):
        try:
            with in_turn(place.snapshots):
                sender.send(taken)
        except SnapshotStoreAway:
            raise
        except (SnapshotError, OSError) as error:  # the store's own errors are told apart: this one is the disk's
            failed = failed or SnapshotError(f"snapshot {taken.id[:12]} cannot be uploaded: {error}")
        time.sleep(_POLITE)  # who waits for its turn may take it
    if failed is not None:
        raise failed
    return Uploaded(sender.count, sender.bytes)


def upload_taken(place: Workspace, snapshot_id: str, name: str | None) -> None:
    """Send the snapshot that was just taken, whatever else waits; nothing is asked where the store has it already.

    Raises:
        SnapshotStoreAway: The store does not answer; the snapshot is in the workspace and waits.
    """
    lines = [taken for taken in read_taken(place.snapshots) if (taken.id, taken.name) == (snapshot_id, name)]
    try:
        upload(place, only=lines[-1])
    except SnapshotStoreAway as error:
        raise SnapshotStoreAway(
            f"{error}. Snapshot {snapshot_id[:12]} is kept in the workspace and uploaded later", hint=error.hint
        ) from error


class _Sender:
    """Sends snapshots one by one; what the store has is listed once, and again when that was an hour ago."""

    def __init__(self, remote: Remote, folder: Path) -> None:
        self.remote, self.folder = remote, folder
        self.count = self.bytes = 0
        self._listed: float | None = None
        self._ids: set[str] = set()

    def send(self, taken: Taken) -> None:
        where = self.remote.object_of(taken)
        if where in self.remote.uploaded():
            return
        self._look()
        line = encode_taken(taken)
        with shared(self.folder):
            if taken.id not in self._ids:
                self._send_content(taken.id)
            self.remote.store.put(where, line)
            self.remote.note_uploaded(where)
        self.count += 1
        self.bytes += len(line)

    def _look(self) -> None:
        """List what the store has and is not about to lose."""
        if self._listed is not None and time.monotonic() - self._listed < _STALE:
            return
        self._listed = time.monotonic()
        condemned = self.remote.condemned()
        self._ids = self.remote.ids() - {Path(name).stem for name in condemned if name.startswith(MANIFESTS)}
        self.remote.shelf.refresh()
        self.remote.shelf.without(Path(name).name for name in condemned if name.startswith(PACKS))

    def _send_content(self, snapshot_id: str) -> None:
        from nbops.snapshots.packs.shelf import Shelf

        near = Shelf(self.folder / "packs")
        near.refresh()
        for _ in range(3):
            self._send_chunks(snapshot_id, near)
            if time.monotonic() - (self._listed or 0.0) < _STALE:
                break
            self._look()  # the chunks took so long that others may be gone
        path = manifest_path(self.folder, snapshot_id)
        self.remote.store.put(f"{MANIFESTS}/{snapshot_id}.json", path.read_bytes())
        self._ids.add(snapshot_id)
        self.bytes += path.stat().st_size

    def _send_chunks(self, snapshot_id: str, near: Shelf) -> None:
        """Send whole packs where none of their chunks is there, and a pack made of the other missing chunks."""
        missing = self._missing(snapshot_id, near)
        packs: dict[str, list[tuple[bytes, Entry]]] = {}
        for key, entry in missing.items():
            packs.setdefault(entry.pack, []).append((key, entry))
        rest: list[tuple[bytes, Entry]] = []
        for name in sorted(packs, key=lambda name: (self.folder / "packs" / name).stat().st_mtime_ns):
            if len(packs[name]) == len(near.tables[name]):
                self._send_pack(self.folder / "packs" / name, near)
            else:
                rest += packs[name]
        if rest:
            self._send_rest(rest, near)

    def _missing(self, snapshot_id: str, near: Shelf) -> dict[bytes, Entry]:
        """Return what of a snapshot only the workspace has, having checked that it is what its name promises."""
        from nbops.snapshots.packs.fetch import chunks_of, fetch_stream

        found: dict[bytes, Entry] = {}
        for stream in read_manifest(self.folder, snapshot_id).streams:
            if not stream.nbytes:
                continue
            keys = {key for key in chunks_of(stream.digest, stream.nbytes, near) if key not in self.remote.shelf}
            if keys - found.keys():
                fetch_stream(stream.digest, stream.nbytes, near)
            for key in keys:
                entry = near.find(key)
                assert entry is not None  # it was just read
                found[key] = entry
        return found

    def _send_pack(self, path: Path, near: Shelf) -> None:
        self.remote.store.put_file(f"{PACKS}/{path.name}", path)
        self.remote.shelf.adopt(path.name, near.tables[path.name])
        self.bytes += path.stat().st_size

    def _send_rest(self, rest: list[tuple[bytes, Entry]], near: Shelf) -> None:
        from nbops.snapshots.packs.pack import PackWriter
        from nbops.snapshots.packs.shelf import Shelf

        self.remote.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.remote.folder, prefix="rest-") as folder:
            pack = PackWriter(Path(folder), lambda _: None)
            try:
                for key, entry in sorted(rest, key=lambda one: one[1]):
                    pack.add(key, near.read([entry])[0], entry.kind)
                pack.finish()
            finally:
                pack.abandon()
            made = Shelf(Path(folder))
            made.refresh()
            for path in Path(folder).glob(f"*{SUFFIX}"):
                self._send_pack(path, made)
