"""Find boundaries that move with the content, so that inserted or deleted rows leave the other chunks as they were.

A boundary stands before a window of 128 bytes (16 machine words: 16 numbers, 128 flags) whose hash is small. Where no
window of the allowed range is small enough, as in sparse or repetitive columns, the smallest one is taken: it too
depends on content alone, so that two versions fall into step again soon after a difference. For the same reason a
window that equals the one before it, inside a run of one value, is the last to be chosen.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WORD = 8
_WINDOW = 16 * _WORD
_TILE = 1 << 14
_SEGMENT = 1 << 20
_SCRAMBLE, _STEP, _FINISH = 0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
_HALF = 32
_SMALL, _LARGE = 8 << 10, 12 << 10


def cut(content: NDArray[Any], width: int, usual: int = 0) -> list[int]:
    """Return the ends of the chunks of *content*, in bytes, ascending; the last is its length.

    Args:
        content: Bytes, side by side.
        width: Bytes per value; boundaries never split a value of 1, 2, 4 or 8 bytes.
        usual: Length that chunks have on average, in bytes; 0 is what suits the width. They are between a quarter of
            it and four times as long, the last may be shorter.
    """
    total = int(content.size)
    unit = next(size for size in (8, 4, 2, 1) if width % size == 0)
    usual = usual or (_LARGE if unit == _WORD else _SMALL)
    least, most = usual // 4, usual * 4
    ends: list[int] = []
    start = 0
    while total - start > least + _WINDOW:
        stop = min(total, start + max(_SEGMENT * unit, 2 * most) + _WINDOW)
        found = _cut_segment(content[start:stop], unit, least, most, usual)
        ends.extend(start + end for end in found)
        if stop == total:
            break
        start = ends[-1]
    if not ends or ends[-1] < total:
        ends.append(total)
    return ends


def _cut_segment(content: NDArray[Any], unit: int, least: int, most: int, usual: int) -> list[int]:
    """Return the ends of the chunks that can be told without what follows the segment."""
    import numpy as np

    hashes = _hash_windows(content, unit)
    threshold = np.uint64((1 << 64) // ((usual - least) // unit))
    candidates = np.flatnonzero(hashes < threshold).tolist()
    ends: list[int] = []
    start = 0
    while True:
        low, high = (start + least) // unit, (start + most) // unit
        at = bisect_left(candidates, low)
        if at < len(candidates) and candidates[at] < high:
            start = candidates[at] * unit
        elif high <= len(hashes):
            start = (low + int(hashes[low:high].argmin())) * unit
        else:
            return ends
        ends.append(start)


def _hash_windows(content: NDArray[Any], unit: int) -> NDArray[Any]:
    """Hash the window that starts at every unit: words are scrambled, then joined pairwise over growing distances."""
    import numpy as np

    scramble, step, finish, half = (np.uint64(number) for number in (_SCRAMBLE, _STEP, _FINISH, _HALF))
    count = (int(content.size) - _WINDOW) // unit + 1
    hashes = np.empty(count, np.uint64)
    for low in range(0, count, _TILE):
        wanted = min(_TILE, count - low)
        words: NDArray[Any] = np.ndarray(
            (wanted + (_WINDOW - _WORD) // unit,), "<u8", buffer=content, offset=low * unit, strides=(unit,)
        )
        joined = words * scramble
        joined ^= joined >> half
        distance = _WORD // unit
        while len(joined) > wanted:
            left = joined[:-distance] * step
            left += joined[distance:]
            joined, distance = left, distance * 2
        joined ^= joined >> half
        np.multiply(joined, finish, out=hashes[low : low + wanted])
    repeated = hashes[1:] == hashes[:-1]
    hashes[1:][repeated] = np.iinfo(hashes.dtype).max
    return hashes
