"""A stream → its chunks in a pack, and back."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.cut import cut
from nbops.snapshots.encode import PLAIN, choose_filter, decode_chunk, encode_chunk
from nbops.snapshots.pack import CHUNK, RECIPE
from nbops.snapshots.stream import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from nbops.snapshots.pack import PackWriter
    from nbops.snapshots.shelf import Entry, Shelf
    from nbops.snapshots.stream import Stream

_KEY = 32
_GROUP = 16 << 20
_BATCH = 16


def keep_stream(stream: Stream, digest: bytes, shelf: Shelf, pack: PackWriter) -> None:
    """Cut *stream* into chunks and add to *pack* those that *shelf* has not got.

    A stream of one chunk is stored under its own digest; a longer one as a recipe that lists its chunks.

    Raises:
        SnapshotError: The content is no longer what *digest* was made of.
        SnapshotQuota: The pack may not grow that far.
    """
    import numpy as np
    from blake3 import blake3

    content = stream.gather()
    ends = cut(content, stream.width)
    how = choose_filter(content, stream.width)
    whole = blake3()
    keys: list[bytes] = []
    for group in _groups(ends):
        still = content[group[0] : group[-1]].copy()
        whole.update(still.data)
        spans = [(low - group[0], high - group[0]) for low, high in pairwise(group)]
        batches = [spans[at : at + _BATCH] for at in range(0, len(spans), _BATCH)]
        work = partial(_encode_batch, still, stream.width, how, lambda key: key in pack or key in shelf)
        for batch in spread(work, batches, nbytes=still.size):
            for key, stored in batch:
                keys.append(key)
                if stored is not None:
                    pack.add(key, stored, CHUNK)
    if whole.digest() != digest:
        raise SnapshotError("it changed while it was being stored")
    if len(keys) > 1:
        sizes = np.diff(ends, prepend=0).astype("<u4")
        recipe = np.frombuffer(b"".join(keys) + sizes.tobytes(), "u1")
        pack.add(digest, encode_chunk(recipe, 1, PLAIN), RECIPE)


def read_stream(digest: bytes, nbytes: int, shelf: Shelf) -> NDArray[Any]:
    """Return the content of the stream with *digest*, which is *nbytes* long; the array is the caller's to change.

    Raises:
        SnapshotError: Some of it is missing or damaged.
    """
    import numpy as np
    from blake3 import blake3

    content = np.empty(nbytes, "u1")
    if nbytes == 0:
        return content
    entry = _find(shelf, digest)
    if entry.kind == CHUNK:
        _read_chunk(shelf, content, (digest, 0, nbytes))
        return content
    recipe = _decode(shelf, entry)
    count = recipe.size // (_KEY + 4)
    sizes = recipe[count * _KEY : count * (_KEY + 4)].view("<u4")
    ends = [0, *np.cumsum(sizes.astype("i8")).tolist()]
    if ends[-1] != nbytes:
        raise SnapshotError(f"the list of chunks in pack {entry.pack} is damaged")
    keys = recipe.tobytes()
    places = [(keys[at * _KEY : (at + 1) * _KEY], low, high) for at, (low, high) in enumerate(pairwise(ends))]
    spread(partial(_read_chunk, shelf, content), places, nbytes=nbytes)
    if blake3(content.data).digest() != digest:
        raise SnapshotError(f"the list of chunks in pack {entry.pack} is damaged")
    return content


def chunks_of(digest: bytes, shelf: Shelf) -> set[bytes]:
    """Return the keys of everything that the stream with *digest* needs, its own included."""
    entry = _find(shelf, digest)
    if entry.kind == CHUNK:
        return {digest}
    recipe = _decode(shelf, entry).tobytes()
    count = len(recipe) // (_KEY + 4)
    return {digest} | {recipe[at * _KEY : (at + 1) * _KEY] for at in range(count)}


def _groups(ends: Sequence[int]) -> list[list[int]]:
    """Split chunk ends into groups of some megabytes; each begins with the end of the one before."""
    groups: list[list[int]] = [[0]]
    for end in ends:
        if len(groups[-1]) > 1 and end - groups[-1][0] > _GROUP:
            groups.append([groups[-1][-1]])
        groups[-1].append(end)
    return groups


def _encode_batch(
    content: NDArray[Any],
    width: int,
    how: int,
    known: Callable[[bytes], bool],
    spans: Sequence[tuple[int, int]],
) -> list[tuple[bytes, bytes | None]]:
    from blake3 import blake3

    done: list[tuple[bytes, bytes | None]] = []
    for low, high in spans:
        chunk = content[low:high]
        key = blake3(chunk.data).digest()
        done.append((key, None if known(key) else encode_chunk(chunk, width, how)))
    return done


def _read_chunk(shelf: Shelf, content: NDArray[Any], place: tuple[bytes, int, int]) -> None:
    from blake3 import blake3

    key, low, high = place
    entry = _find(shelf, key)
    chunk = _decode(shelf, entry)
    if chunk.size != high - low or blake3(chunk.data).digest() != key:
        raise SnapshotError(f"chunk {key.hex()[:12]} in pack {entry.pack} is damaged: its hash does not match")
    content[low:high] = chunk


def _find(shelf: Shelf, key: bytes) -> Entry:
    entry = shelf.find(key)
    if entry is None:
        because = f" (damaged: {', '.join(sorted(shelf.damaged))})" if shelf.damaged else ""
        raise SnapshotError(f"chunk {key.hex()[:12]} is missing from the snapshot store{because}")
    return entry


def _decode(shelf: Shelf, entry: Entry) -> NDArray[Any]:
    try:
        return decode_chunk(shelf.read(entry))
    except SnapshotError as error:
        raise SnapshotError(f"in pack {entry.pack}: {error}") from error
