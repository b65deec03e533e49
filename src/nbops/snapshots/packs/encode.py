"""One chunk of bytes, made small and back: a filter that suits the values, then zstd."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HEAD = struct.Struct("<BBI")
_RAW, PLAIN, SHUFFLED, DELTA = 0, 1, 2, 3
_LEVEL = 1
_SAMPLE = 16 << 10


def encode_chunk(content: NDArray[Any], width: int, how: int) -> bytes:
    """Return *content* compressed, or as it is where that is shorter.

    Args:
        content: Bytes, side by side.
        width: Bytes per value.
        how: What `choose_filter` answered for the stream.
    """
    width = width if _filterable(content, width) else 1
    how = how if width > 1 else PLAIN
    packed = _compress(_filtered(content, width, how))
    if len(packed) < content.size:
        return _HEAD.pack(how, width, content.size) + packed
    return _HEAD.pack(_RAW, 1, content.size) + content.tobytes()


def decode_chunk(stored: bytes) -> NDArray[Any]:
    """Return the bytes that `encode_chunk` was given.

    Raises:
        SnapshotError: They are not what that function writes.
    """
    import numpy as np
    import pyarrow as pa

    try:
        how, width, size = _HEAD.unpack_from(stored)
        body = memoryview(stored)[_HEAD.size :]
        plain = body if how == _RAW else pa.Codec("zstd").decompress(body, decompressed_size=size)
        content = np.frombuffer(plain, "u1")
        if content.size != size or how > DELTA:
            raise SnapshotError("a chunk is damaged: its length is wrong")
        return _unfiltered(content, width, how)
    except (struct.error, OSError, ValueError, ZeroDivisionError) as error:
        raise SnapshotError(f"a chunk is damaged: {error}") from error


def choose_filter(content: NDArray[Any], width: int) -> int:
    """Say which filter makes a sample from the middle of *content* smallest."""
    middle = int(content.size) // 2 // max(width, 1) * width
    sample = content[middle : middle + _SAMPLE // width * width] if width <= _SAMPLE else content[:0]
    if width == 1 or not sample.size or not _filterable(sample, width):
        return PLAIN
    return min((PLAIN, SHUFFLED, DELTA), key=lambda how: len(_compress(_filtered(sample, width, how))))


def _filterable(content: NDArray[Any], width: int) -> bool:
    return width in {2, 4, 8} and content.size % width == 0


def _filtered(content: NDArray[Any], width: int, how: int) -> NDArray[Any]:
    import numpy as np

    if how == PLAIN:
        return content
    values = content.view(f"<u{width}")
    if how == DELTA:
        values = np.diff(values, prepend=values.dtype.type(0))
    return np.ascontiguousarray(values.view("u1").reshape(-1, width).T).reshape(-1)


def _unfiltered(content: NDArray[Any], width: int, how: int) -> NDArray[Any]:
    import numpy as np

    if how in {_RAW, PLAIN}:
        return content
    rows = np.ascontiguousarray(content.reshape(width, -1).T).reshape(-1)
    if how == SHUFFLED:
        return rows
    values = rows.view(f"<u{width}")
    return np.cumsum(values, dtype=values.dtype).view("u1")


def _compress(content: NDArray[Any]) -> bytes:
    import pyarrow as pa

    packed: bytes = pa.Codec("zstd", compression_level=_LEVEL).compress(pa.py_buffer(content), asbytes=True)
    return packed
