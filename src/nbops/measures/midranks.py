"""Ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def midranks(values: np.ndarray) -> np.ndarray:
    """Return ranks from 1, shape (n,), ties sharing their mean."""
    import numpy as np

    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - (count - 1) / 2)[place])
