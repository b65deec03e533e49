"""The area under the ROC curve with its variance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.midranks import midranks

if TYPE_CHECKING:
    import numpy as np


def delong(positive: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """Return the area under the ROC curve and its standard error (DeLong 1988, ranks as in Sun and Xu 2014).

    Args:
        positive: Whether a row is of the positive class, shape (n,).
        score: The higher, the more likely it is, shape (n,).

    Returns:
        Two NaN where one of the classes is not there.
    """
    import numpy as np

    hits, misses = score[positive], score[~positive]
    m, n = len(hits), len(misses)
    if not m or not n:
        return float("nan"), float("nan")
    ranks = midranks(np.concatenate([hits, misses]))
    above = (ranks[:m] - midranks(hits)) / n
    below = 1 - (ranks[m:] - midranks(misses)) / m
    area = float(above.mean())
    spread = (above.var(ddof=1) / m if m > 1 else 0.25) + (below.var(ddof=1) / n if n > 1 else 0.25)
    return area, float(np.sqrt(spread))
