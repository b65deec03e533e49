"""What is still needed of a pack → a smaller pack, so that the large one can go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.snapshots.hashing import matches
from nbops.snapshots.packs.encode import decode_chunk
from nbops.snapshots.packs.pack import CHUNK, PackWriter
from nbops.snapshots.packs.recipe import places_of

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from nbops.snapshots.packs.shelf import Entry, Shelf

_BATCH = 256


def thin(shelf: Shelf, name: str, needed: AbstractSet[bytes], folder: Path) -> bool:
    """Write those entries of the pack *name* that are *needed* as a pack in *folder*; return whether that was worth it.

    It is worth it where `Shelf.spare` says so; where nothing is needed, nothing is written. The old pack stays, for the
    caller to remove.

    Raises:
        SnapshotError: Something that is needed of it is damaged. Nothing was written: a new pack would vouch for it,
            and what the old one still tells about it would be gone.
        SnapshotStoreAway: A shared store does not answer.
    """
    if not shelf.spare(name, needed):
        return False
    live = [(key, entry) for key, entry in shelf.entries(name) if key in needed]
    pack = PackWriter(folder, lambda _: None)
    try:
        for at in range(0, len(live), _BATCH):
            batch = live[at : at + _BATCH]
            for (key, entry), stored in zip(batch, shelf.read([entry for _, entry in batch]), strict=True):
                _check(key, entry, stored, needed, shelf)
                pack.add(key, stored, entry.kind)
        pack.finish()
    finally:
        pack.abandon()
    return True


def _check(key: bytes, entry: Entry, stored: bytes, needed: AbstractSet[bytes], shelf: Shelf) -> None:
    """Hold a chunk against its key, and a list of chunks against what is needed and there.

    Raises:
        SnapshotError: It is something else.
    """
    called = f"chunk {key.hex()[:12]} in pack {entry.pack}"
    try:
        content = decode_chunk(stored)
        sound = entry.kind != CHUNK or matches(content.data, key)
        parts = [] if entry.kind == CHUNK else places_of(content)
    except SnapshotError as error:
        raise SnapshotError(f"{called}: {error}") from error
    if not sound:
        raise SnapshotError(f"{called} is damaged: its hash does not match")
    if not all(part in needed and part in shelf for part, _, _ in parts):
        raise SnapshotError(f"{called} is damaged: it lists chunks that are not there")
