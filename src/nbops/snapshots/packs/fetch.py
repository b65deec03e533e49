"""Chunks in packs → the stream they were cut from, checked."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.hashing import matches
from nbops.snapshots.packs.encode import decode_chunk
from nbops.snapshots.packs.pack import CHUNK, KEY, NESTED
from nbops.snapshots.packs.recipe import places_of
from nbops.snapshots.streams.stream import spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from nbops.snapshots.packs.shelf import Entry, Shelf

_BATCH = 64


def fetch_stream(digest: bytes, nbytes: int, shelf: Shelf) -> NDArray[Any]:
    """Return the content of the stream with *digest*, which is *nbytes* long; the array is the caller's to change.

    Raises:
        SnapshotError: Some of it is missing or damaged.
    """
    import numpy as np

    if nbytes == 0:
        return np.empty(0, "u1")
    entry = _find(shelf, digest)
    places = _places(digest, nbytes, shelf, entry)
    # How long a single chunk is it says itself: nothing of the length that was asked for is made before.
    content = _decode(shelf, entry).copy() if entry.kind == CHUNK else _assemble(shelf, places)
    if content.size != nbytes:
        raise SnapshotError(f"chunk {digest.hex()[:12]} in pack {entry.pack} has another length than it should")
    if not matches(content.data, digest):
        raise SnapshotError(_blame(shelf, content, places) or f"the list of chunks in pack {entry.pack} is damaged")
    return content


def chunks_of(digest: bytes, nbytes: int, shelf: Shelf) -> set[bytes]:
    """Return the keys of everything that the stream with *digest*, *nbytes* long, needs, its own included.

    Raises:
        SnapshotError: Its list of chunks is missing or damaged.
    """
    entry = _find(shelf, digest)
    found = {digest[:KEY]} | {key for key, _, _ in _places(digest, nbytes, shelf, entry)}
    if entry.kind == NESTED:
        found |= {key for key, _, _ in places_of(_decode(shelf, entry))}
    return found


def _places(digest: bytes, nbytes: int, shelf: Shelf, entry: Entry) -> list[tuple[bytes, int, int]]:
    """Return key, start and end of every chunk of a stream."""
    places = [(digest[:KEY], 0, nbytes)] if entry.kind == CHUNK else places_of(_recipe(shelf, entry))
    if places[-1][2] != nbytes:
        raise SnapshotError(f"the list of chunks in pack {entry.pack} is damaged: it has another length than it should")
    return places


def _recipe(shelf: Shelf, entry: Entry) -> NDArray[Any]:
    recipe = _decode(shelf, entry)
    return _assemble(shelf, places_of(recipe)) if entry.kind == NESTED else recipe


def _assemble(shelf: Shelf, places: list[tuple[bytes, int, int]]) -> NDArray[Any]:
    """Read chunks into one array; that they are the right ones is for the caller to check."""
    import numpy as np

    try:
        content = np.empty(places[-1][2], "u1")
    except (MemoryError, ValueError) as error:
        raise SnapshotError(f"there is no memory for {places[-1][2]} bytes") from error
    batches = [places[at : at + _BATCH] for at in range(0, len(places), _BATCH)]
    spread(partial(_fetch_batch, shelf, content), batches, nbytes=content.size)
    return content


def _fetch_batch(shelf: Shelf, content: NDArray[Any], places: list[tuple[bytes, int, int]]) -> None:
    entries = [_find(shelf, key) for key, _, _ in places]
    for (key, low, high), entry, stored in zip(places, entries, shelf.read(entries), strict=True):
        chunk = _decoded(stored, entry)
        if chunk.size != high - low:
            raise SnapshotError(f"chunk {key.hex()[:12]} in pack {entry.pack} is damaged: its length is wrong")
        content[low:high] = chunk


def _blame(shelf: Shelf, content: NDArray[Any], places: list[tuple[bytes, int, int]]) -> str:
    """Say which chunk is not what its key promises."""
    for key, low, high in places:
        if not matches(content[low:high].data, key):
            return f"chunk {key.hex()[:12]} in pack {_find(shelf, key).pack} is damaged: its hash does not match"
    return ""


def _find(shelf: Shelf, key: bytes) -> Entry:
    entry = shelf.find(key)
    if entry is None:
        because = f" (damaged: {', '.join(sorted(shelf.damaged))})" if shelf.damaged else ""
        raise SnapshotError(f"chunk {key.hex()[:12]} is missing from the snapshot store{because}")
    return entry


def _decode(shelf: Shelf, entry: Entry) -> NDArray[Any]:
    (stored,) = shelf.read([entry])
    return _decoded(stored, entry)


def _decoded(stored: bytes, entry: Entry) -> NDArray[Any]:
    try:
        return decode_chunk(stored)
    except SnapshotError as error:
        raise SnapshotError(f"in pack {entry.pack}: {error}") from error
