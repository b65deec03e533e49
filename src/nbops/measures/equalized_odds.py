"""How unequal the odds of groups are, and whether that is worse than with another model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class OddsGap:
    """The equalised-odds differences of two models on the same rows.

    Attributes:
        mine, theirs: Larger of the widest gap in TPR and the widest in FPR.
        low, high: 95 % interval of mine less theirs, by paired bootstrap.
    """

    mine: float
    theirs: float
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"equalised-odds difference {self.mine:.3f} against {self.theirs:.3f} "
            f"(difference, 95 %: {self.low:+.3f} … {self.high:+.3f})"
        )


def odds_difference(counts: np.ndarray) -> np.ndarray:
    """Return the equalised-odds difference (Hardt et al. 2016) of counts, shape (…, groups, 2, 2), shape (…)."""
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        rates = counts[..., 1] / counts.sum(axis=-1)
    # A group without positives has no TPR: it takes no part.
    there = ~np.isnan(rates)
    highest = np.where(there, rates, -np.inf).max(axis=-2)
    lowest = np.where(there, rates, np.inf).min(axis=-2)
    return np.asarray(np.maximum(highest - lowest, 0.0).max(axis=-1))


def compare_odds(group: np.ndarray, groups: int, positive: np.ndarray, mine: np.ndarray, theirs: np.ndarray) -> OddsGap:
    """Compare two models' equalised-odds differences by paired bootstrap of the joint counts.

    Args:
        group: Number of each row's group, shape (n,); only of groups that are large enough to judge, -1 for others.
        groups: How many groups there are.
        positive: Whether the row was of the positive class, shape (n,).
        mine: Whether one model predicted it, shape (n,).
        theirs: Whether the other did.
    """
    import numpy as np

    kept = group >= 0
    cell = group[kept] * 8 + positive[kept] * 4 + mine[kept] * 2 + theirs[kept]
    counts = np.bincount(cell.astype(int), minlength=8 * groups)
    used = np.unique(group[kept])
    draws = np.random.default_rng(0).multinomial(counts.sum(), counts / max(1, counts.sum()), RESAMPLES)
    both = np.concatenate([counts[None], draws]).reshape(-1, groups, 2, 2, 2)[:, used]
    own, other = odds_difference(both.sum(axis=4)), odds_difference(both.sum(axis=3))
    low, high = np.quantile(own[1:] - other[1:], [0.025, 0.975])
    return OddsGap(float(own[0]), float(other[0]), float(low), float(high))
