"""Intervals that have a closed form. All are two-sided, at 95 % unless *z* says otherwise."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

Z = 1.959963984540054
WILSON, MEAN, DELONG, LOGIT = "Wilson", "normal, of the mean", "DeLong", "logit (Boyd et al. 2013)"
ORDER = "binomial, of order statistics"
_NAN = float("nan")


def wilson(hits: float, n: float, z: float = Z) -> tuple[float, float]:
    """Return the interval of a share (Wilson 1927); 0 … 1 without rows."""
    if n <= 0:
        return 0.0, 1.0
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def of_mean(values: np.ndarray, z: float = Z) -> tuple[float, float]:
    """Return the interval of the mean of *values*, shape (n,), by the central limit theorem; NaN under two rows."""
    if len(values) < 2:  # noqa: PLR2004 # one value has no spread
        return _NAN, _NAN
    half = z * float(values.std(ddof=1)) / math.sqrt(len(values))
    middle = float(values.mean())
    return middle - half, middle + half


def of_quantile(ordered: np.ndarray, share: float, z: float = Z) -> tuple[float, float]:
    """Return the interval of a quantile of *ordered* values: those whose ranks a binomial leaves possible."""
    n = len(ordered)
    if not n:
        return _NAN, _NAN
    half = z * math.sqrt(n * share * (1 - share))
    low, high = math.floor(n * share - half), math.ceil(n * share + half)
    return float(ordered[max(0, low)]), float(ordered[min(n - 1, high)])


def of_logit(share: float, n: float, z: float = Z) -> tuple[float, float]:
    """Return the interval of an average precision that rests on *n* positives (Boyd, Eng, Page 2013)."""
    if n <= 0:
        return _NAN, _NAN
    # At 0 and 1 the logit is infinite: half a positive keeps away from there.
    inside = min(max(share, 0.5 / (n + 1)), 1 - 0.5 / (n + 1))
    middle, half = math.log(inside / (1 - inside)), z / math.sqrt(n * inside * (1 - inside))
    low, high = (0.5 + 0.5 * math.tanh((middle + side) / 2) for side in (-half, half))
    return min(low, share), max(high, share)


def of_difference(
    mine: tuple[float, float, float], theirs: tuple[float, float, float], z: float = Z
) -> tuple[float, float]:
    """Return the interval of a difference from the intervals of both sides, which share no row.

    MOVER (Zou and Donner 2008); of two shares it is Newcombe's tenth method.

    Args:
        mine: Value, low and high end, at 95 %.
        theirs: The same of what is taken away.
        z: Other level: both sides' half widths are stretched by z / 1.96.
    """
    value, low, high = mine
    other, lowest, highest = theirs
    gap, stretch = value - other, z / Z
    below = math.hypot(value - low, highest - other) * stretch
    above = math.hypot(high - value, other - lowest) * stretch
    return gap - below, gap + above


def of_ratio(hits: float, n: float, others: float, m: float, z: float = Z) -> tuple[float, float]:
    """Return the interval of (hits / n) / (others / m) on the log (Katz et al. 1978), half a hit added to each."""
    mine, theirs = (hits + 0.5) / (n + 0.5), (others + 0.5) / (m + 0.5)
    half = z * math.sqrt(max(0.0, 1 / (hits + 0.5) - 1 / (n + 0.5) + 1 / (others + 0.5) - 1 / (m + 0.5)))
    ratio = math.log(mine / theirs)
    return math.exp(ratio - half), math.exp(ratio + half)


def chance(z: float) -> float:
    """Return how often a standard normal lies below *z*."""
    return NormalDist().cdf(z)


def z_of(level: float) -> float:
    """Return the value that a standard normal exceeds with chance *level*."""
    return NormalDist().inv_cdf(1 - level)
