"""Write what is still needed of a pack in a shared store as a smaller pack, so that the large one can go."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.snapshots.packs.pack import CHUNK, SUFFIX
from nbops.snapshots.shared.store import PACKS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nbops.snapshots.packs.shelf import Entry
    from nbops.snapshots.shared.remote_shelf import RemoteShelf

_BATCH = 256


def thin_remote(shelf: RemoteShelf, name: str, needed: AbstractSet[bytes]) -> bool:
    """Write those chunks of the pack *name* that are *needed* as a pack of their own; return whether that was worth it.

    It is worth it where less than half of the pack is needed. The old pack stays, for who is reading it.

    Raises:
        SnapshotError: What is needed of it is damaged.
        SnapshotStoreAway: The store does not answer.
    """
    from nbops.snapshots.packs.pack import PackWriter

    there = shelf.entries(name)
    live = [(key, entry) for key, entry in there if key in needed]
    if 2 * sum(entry.size for _, entry in live) >= sum(entry.size for _, entry in there):
        return False
    with tempfile.TemporaryDirectory(prefix="nbops-snapshot-") as folder:
        pack = PackWriter(Path(folder), lambda _: None)
        try:
            for at in range(0, len(live), _BATCH):
                batch = live[at : at + _BATCH]
                for (key, entry), stored in zip(batch, shelf.read([entry for _, entry in batch]), strict=True):
                    _check(key, entry, stored, needed)
                    pack.add(key, stored, entry.kind)
            pack.finish()
        finally:
            pack.abandon()
        for path in Path(folder).glob(f"*{SUFFIX}"):
            shelf.store.put_file(f"{PACKS}/{path.name}", path)
    return True


def _check(key: bytes, entry: Entry, stored: bytes, needed: AbstractSet[bytes]) -> None:
    """Hold a chunk against its key, and a list of chunks against what the list was when all was read.

    Raises:
        SnapshotError: It is something else.
    """
    from blake3 import blake3

    from nbops.snapshots.packs.encode import decode_chunk
    from nbops.snapshots.packs.recipe import places_of

    content = decode_chunk(stored)
    if entry.kind == CHUNK:
        sound = blake3(content.data).digest(len(key)) == key
    else:
        sound = all(part in needed for part, _, _ in places_of(content))
    if not sound:
        raise SnapshotError(f"chunk {key.hex()[:12]} in pack {entry.pack} is damaged: its hash does not match")
