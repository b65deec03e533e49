"""Put numbers into bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

BINS = 32
_BLOCK = 16_384


def place(numbers: np.ndarray, edges: tuple[float, ...]) -> np.ndarray:
    """Return the cell of every number, shape (rows,): how many *edges* lie below it, or len(edges) + 1 for NaN."""
    import numpy as np

    codes = np.zeros(len(numbers), dtype=np.uint8)
    above = np.empty(_BLOCK, dtype=bool)
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK].astype(np.float64, copy=False)
        part, flags = codes[start : start + _BLOCK], above[: len(block)]
        for edge in edges:
            np.greater(block, edge, out=flags)
            np.add(part, flags.view(np.uint8), out=part)
        np.not_equal(block, block, out=flags)
        part[flags] = len(edges) + 1
    return codes


def choose_edges(ordered: np.ndarray, low: float, high: float) -> tuple[float, ...]:
    """Return equal-mass limits for bins.

    Args:
        ordered: A sample of the finite values, ascending.
        low: Smallest finite value of all.
        high: Largest one.

    Returns:
        Every value itself where there are at most 32, else about 32 quantiles; the first lies just under *low*, the
        last is *high*.
    """
    import numpy as np

    changes = np.flatnonzero(ordered[1:] > ordered[:-1])
    few = len(changes) < BINS
    picks = np.append(changes, len(ordered) - 1) if few else np.linspace(0, len(ordered) - 1, BINS).round()
    steps = np.unique(ordered[picks.astype(np.int64)])
    inner = steps[(steps > low) & (steps < high)].astype(np.float64).tolist()
    with np.errstate(over="ignore"):
        under = float(np.nextafter(low, -np.inf))
    edges = dict.fromkeys([under, float(low), *inner, float(high)])
    return tuple(edge for edge in edges if np.isfinite(edge))
