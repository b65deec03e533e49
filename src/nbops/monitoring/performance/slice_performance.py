"""Where it goes wrong."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.measures.count_groups import too_small
from nbops.measures.cut import cut
from nbops.measures.holm import holm
from nbops.measures.intervals import MEAN, WILSON, chance, of_mean, wilson
from nbops.measures.measured import HIGHER, LOWER, measured
from nbops.monitoring.performance.report import CLASSIFICATION, SlicePerformance

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.outcomes import Outcomes


def slice_performance(
    frame: pd.DataFrame,
    outcomes: Outcomes,
    meaning: Meaning,
    columns: Sequence[str],
    like: pd.DataFrame | None = None,
) -> tuple[SlicePerformance, ...]:
    """Hold the rows of each value of each column against all other rows, by accuracy or absolute error.

    The p-value is of a one-sided z-test of two means, adjusted over all slices (Holm). Slices of fewer than 50 rows, or
    of 20 of the positive class, are not judged.

    Args:
        frame: Rows as in *outcomes*.
        outcomes: What became of them.
        meaning: Task and classes.
        columns: To slice by, one at a time.
        like: Reference at whose quartiles numbers are cut.
    """
    import numpy as np

    judged, classes = outcomes.judged, meaning.task == CLASSIFICATION
    if not judged.any():
        return ()
    truth, guess = outcomes.truth[judged], outcomes.guess[judged]
    # Loss of a row: the higher, the worse.
    loss = (truth != guess).astype(float) if classes else np.abs(guess - truth)
    positive = truth == 1 if meaning.binary else None
    found = []
    for column in columns:
        other = like[column] if like is not None and column in like else None
        places, names = cut(frame[column][judged], other)
        for place, name in enumerate(names):
            found.append(_slice(column, name, places == place, loss, positive, classes))
    tested = [(one, p) for one, p in found if p is not None]
    adjusted = holm([p for _, p in tested])
    told = [replace(one, chance=p) for (one, _), p in zip(tested, adjusted, strict=True)]
    told.sort(key=lambda one: (one.chance, -one.n))
    return (*told, *(one for one, p in found if p is None))


def _slice(
    column: str, name: str, inside: np.ndarray, loss: np.ndarray, positive: np.ndarray | None, classes: bool
) -> tuple[SlicePerformance, float | None]:
    mine, rest = loss[inside], loss[~inside]
    n = len(mine)
    if classes:
        hits = n - int(mine.sum())
        told = measured("accuracy", hits / n, wilson(hits, n), n, HIGHER, WILSON)
        others = 1 - float(rest.mean()) if len(rest) else None
    else:
        told = measured("MAE", float(mine.mean()), of_mean(mine), n, LOWER, MEAN)
        others = float(rest.mean()) if len(rest) else None
    small = too_small(n, None if positive is None else int(positive[inside].sum()))
    if not small and len(rest) < 2:  # noqa: PLR2004 # nothing to hold it against
        small = "it holds all rows"
    made = SlicePerformance(column, name, n, told, others, None, small)
    return made, None if small else _chance(mine, rest)


def _chance(mine: np.ndarray, rest: np.ndarray) -> float:
    error = math.sqrt(mine.var(ddof=1) / len(mine) + rest.var(ddof=1) / len(rest))
    gap = float(mine.mean() - rest.mean())
    return chance(-gap / error) if error else (0.0 if gap > 0 else 1.0)
