"""The smallest thing a snapshot is made of: values of one width, one after the other."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.snapshots.hashing import hasher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from nbops.snapshots.streams.values import Json

_TILE = 4096
_WORTH_A_THREAD = 4 << 20


@dataclass(frozen=True, slots=True)
class Stream:
    """Values of one width in order, still where the dataset has them.

    Attributes:
        width: Bytes per value.
        pieces: One-dimensional arrays whose bytes, one after the other, are the content.
    """

    width: int
    pieces: tuple[NDArray[Any], ...]

    @property
    def nbytes(self) -> int:
        """Length of the content in bytes."""
        return sum(int(piece.size) * int(piece.itemsize) for piece in self.pieces)

    @property
    def scattered(self) -> bool:
        """Whether the values do not lie side by side in memory."""
        return any(not piece.flags.c_contiguous for piece in self.pieces)

    def read(self) -> Iterator[NDArray[Any]]:
        """Yield the bytes, piece by piece."""
        return (as_bytes(piece) for piece in self.pieces)

    def gather(self) -> NDArray[Any]:
        """Return the content as one array of bytes, copied only where it does not lie in one place."""
        import numpy as np

        parts = list(self.read())
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0, "u1"), *parts])


@dataclass(frozen=True, slots=True)
class Encoded:
    """One column (or index) taken apart.

    Attributes:
        type: How to put it together again; plain JSON.
        streams: What to put together, in the order in which `type` asks for it.
    """

    type: Json
    streams: tuple[Stream, ...] = field(default=())


def as_bytes(piece: NDArray[Any]) -> NDArray[Any]:
    """Return the bytes of a one-dimensional array, without a copy where they lie side by side."""
    import numpy as np

    return np.ascontiguousarray(piece).view("u1")


def digest_streams(streams: Sequence[Stream]) -> list[bytes]:
    """Return the BLAKE3 digest of every stream, reading each byte once and copying no column.

    Columns of a row-major array are read together, a few thousand rows at a time, so that the rows pass through the
    processor's cache once instead of once per column.
    """
    scattered = [stream for stream in streams if stream.scattered]
    together = iter(_digest_scattered(scattered))
    return [next(together) if stream.scattered else _digest(stream) for stream in streams]


def spread(work: Callable[[Any], Any], items: Iterable[Any], *, nbytes: int) -> list[Any]:
    """Apply *work* to every item, in threads that end before this returns if *nbytes* are worth it."""
    threads = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    if nbytes < _WORTH_A_THREAD or threads < 2:  # noqa: PLR2004 # one thread is none
        return [work(item) for item in items]
    with ThreadPoolExecutor(threads, thread_name_prefix="nbops-snapshot") as pool:
        return list(pool.map(work, items))


def _digest(stream: Stream) -> bytes:
    whole = hasher()
    for piece in stream.read():
        whole.update(piece.data)
    return whole.digest()


def _digest_scattered(streams: Sequence[Stream]) -> list[bytes]:
    hashers = [hasher() for _ in streams]
    longest = max((sum(piece.size for piece in stream.pieces) for stream in streams), default=0)
    wholes = [stream.pieces[0] if len(stream.pieces) == 1 else stream.gather() for stream in streams]
    for start in range(0, longest, _TILE):
        for one, whole in zip(hashers, wholes, strict=True):
            one.update(whole[start : start + _TILE].tobytes())
    return [one.digest() for one in hashers]
