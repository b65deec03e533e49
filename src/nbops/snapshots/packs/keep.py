"""A stream → the chunks of it that nobody has yet, in a pack."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.hashing import digest_of, hasher
from nbops.snapshots.packs.cut import cut
from nbops.snapshots.packs.encode import PLAIN, choose_filter, encode_chunk
from nbops.snapshots.packs.pack import CHUNK, KEY, NESTED, RECIPE
from nbops.snapshots.packs.recipe import recipe_of
from nbops.snapshots.streams.stream import spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from nbops.snapshots.packs.pack import PackWriter
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.streams.stream import Stream

_GROUP = 16 << 20
_BATCH = 16
_PIECE, _FLAT = 256, 512


def keep_stream(stream: Stream, digest: bytes, shelf: Shelf, pack: PackWriter) -> None:
    """Cut *stream* into chunks and add to *pack* those that *shelf* has not got.

    A stream of one chunk is stored under its own digest; a longer one as a recipe that lists its chunks.

    Raises:
        SnapshotError: The content is no longer what *digest* was made of.
        SnapshotQuota: The pack may not grow that far.
    """
    content = stream.gather()
    ends = cut(content, stream.width)
    how = choose_filter(content, stream.width)
    whole = hasher()
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
        _keep_recipe(digest, recipe_of(keys, ends), shelf, pack)


def _keep_recipe(digest: bytes, recipe: NDArray[Any], shelf: Shelf, pack: PackWriter) -> None:
    """Store the list of a stream's chunks; a long list in pieces, so that a small change renews only one of them."""
    ends = cut(recipe, 4, _PIECE) if recipe.size > _FLAT else []
    if not ends:
        pack.add(digest[:KEY], encode_chunk(recipe, 1, PLAIN), RECIPE)
        return
    keys: list[bytes] = []
    for low, high in pairwise([0, *ends]):
        piece = recipe[low:high]
        keys.append(digest_of(piece.data, KEY))
        if keys[-1] not in shelf:
            pack.add(keys[-1], encode_chunk(piece, 1, PLAIN), CHUNK)
    pack.add(digest[:KEY], encode_chunk(recipe_of(keys, ends), 1, PLAIN), NESTED)


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
    done: list[tuple[bytes, bytes | None]] = []
    for low, high in spans:
        chunk = content[low:high]
        key = digest_of(chunk.data, KEY)
        done.append((key, None if known(key) else encode_chunk(chunk, width, how)))
    return done
