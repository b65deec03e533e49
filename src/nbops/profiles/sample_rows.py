"""Which rows of a table stand for all of them where all would be too many."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SAMPLE = 100_000


def sample_rows(total: int, start: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows of a stretch that are in the sample of the whole table.

    The sample has one row, drawn at random, out of each of 100,000 stretches of equal length, so it is known without
    reading the table, and the same whether that is read at once or in parts.

    Args:
        total: Rows of the table.
        start: First row of the stretch.
        count: Its rows.

    Returns:
        Places within the stretch, ascending, and their numbers within the sample; both of shape (sampled,).
    """
    import numpy as np

    if total <= SAMPLE:
        places = np.arange(count)
        return places, places + start
    first, last = start * SAMPLE // total, min((start + count) * SAMPLE // total + 1, SAMPLE)
    ordinals = np.arange(first, last)
    left = ordinals * total // SAMPLE
    width = (ordinals + 1) * total // SAMPLE - left
    places = left + (_draws()[first:last] * width).astype(np.int64) - start
    inside = (places >= 0) & (places < count)
    return places[inside], ordinals[inside]


@lru_cache(maxsize=1)
def _draws() -> np.ndarray:
    import numpy as np

    return np.random.default_rng(0).random(SAMPLE)
