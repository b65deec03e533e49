"""Whether a probability means what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.measures.intervals import wilson

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose probability lies in one interval.

    Attributes:
        low, high: Its ends.
        n: Rows in it.
        expected: Mean probability.
        observed: Share of positives.
        least, most: 95 % Wilson interval of that share.
    """

    low: float
    high: float
    n: int
    expected: float
    observed: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities lie from what happened.

    Attributes:
        error: Expected calibration error: mean distance of expected from observed, weighted by rows.
        bins: Of equal width, empty ones left out.
    """

    error: float
    bins: tuple[Bin, ...]

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "error": self.error,
            "bins": [{name: getattr(one, name) for name in one.__dataclass_fields__} for one in self.bins],
        }


def calibrate(positive: np.ndarray, probability: np.ndarray, bins: int = 10) -> Calibration | None:
    """Hold probabilities against what happened, in *bins* of equal width (Naeini et al. 2015); None without rows.

    Args:
        positive: Shape (n,).
        probability: Shape (n,), within 0 … 1.
        bins: How many.
    """
    import numpy as np

    n = len(positive)
    if not n:
        return None
    place = np.minimum((probability * bins).astype(int), bins - 1)
    counts = np.bincount(place, minlength=bins)
    sums, hits = np.bincount(place, probability, bins), np.bincount(place, positive, bins)
    made = tuple(
        Bin(
            cell / bins,
            (cell + 1) / bins,
            int(counts[cell]),
            float(sums[cell] / counts[cell]),
            float(hits[cell] / counts[cell]),
            *wilson(float(hits[cell]), int(counts[cell])),
        )
        for cell in np.flatnonzero(counts).tolist()
    )
    return Calibration(float(sum(one.n * abs(one.expected - one.observed) for one in made) / n), made)
