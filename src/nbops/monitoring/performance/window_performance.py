"""Performance window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.measures.count_groups import too_small
from nbops.monitoring.performance.compare_measures import WARNED, is_worse
from nbops.monitoring.performance.estimate_performance import disagrees, estimate_rows
from nbops.monitoring.performance.measure import measure
from nbops.monitoring.performance.report import WindowPerformance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import pandas as pd

    from nbops.measures.calibrated_scores import CalibratedScores
    from nbops.measures.measured import Measured
    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.outcomes import Outcomes

_MOST = 1000


def window_performance(
    frame: pd.DataFrame,
    outcomes: Outcomes,
    meaning: Meaning,
    *,
    by: str | None,
    window: str | int | None,
    before: Sequence[Measured] = (),
    model: CalibratedScores | None = None,
    k: int = 10,
    tolerance: float = 0.0,
) -> tuple[WindowPerformance, ...]:
    """Measure each window; with *model* also estimate it, and hold the estimate against labels that have come.

    Args:
        frame: Rows as in *outcomes*.
        outcomes: What became of them.
        meaning: Task and classes.
        by: Column of times; None for windows of so many rows, and without *window* for none.
        window: `1D`, `6h`, …, or a number of rows.
        before: Measures of the reference.
        model: What the scores mean.
        k: Places of a ranking.
        tolerance: As in `performance`.

    Raises:
        ProfileError: There are more than 1,000 windows, or *by* holds no times.
    """
    cuts = list(_cuts(frame, by, window)) if by is not None or window is not None else []
    first = before[0] if before else None
    made = []
    for start, rows in cuts:
        measures = measure(outcomes, meaning, rows, k=k) if outcomes.judged[rows].any() else ()
        estimates = estimate_rows(model, outcomes, rows).measures() if model else ()
        main = measures[0] if measures else estimates[0] if estimates else None
        small = too_small(main.n if main else 0) if meaning.query is None else ""
        worse = bool(main and first and not small) and is_worse(main, first, WARNED / len(cuts), tolerance)  # type: ignore[arg-type]
        off = bool(model) and disagrees(model, outcomes, rows)  # type: ignore[arg-type]
        note = f"too small to judge: {small}" if small else ""
        made.append(WindowPerformance(start, int(rows.sum()), measures, estimates, worse, off, note))
    return tuple(made)


def _cuts(frame: pd.DataFrame, by: str | None, window: str | int | None) -> Iterator[tuple[str, np.ndarray]]:
    import numpy as np

    from nbops.profiles.frames import open_table
    from nbops.profiles.windows import number_windows

    rows = len(frame)
    if by is None:
        if not isinstance(window, int) or isinstance(window, bool) or window < 1:
            raise ProfileError(f"window={window!r} needs a column of times", hint='by="COLUMN", or window=1000 rows')
        place = np.arange(rows) // window
        starts: Sequence[str] = [str(first) for first in range(0, rows, window)]
    else:
        if isinstance(window, int):
            raise ProfileError("by= cuts by time, window= by rows", hint=f'by="{by}", window="1D"')
        seconds, missing = open_table(frame[[by]]).times(by)
        place, starts = number_windows(seconds, missing, window or "1D")
    if len(starts) > _MOST:
        raise ProfileError(f"that makes {len(starts):,} windows, more than {_MOST:,}", hint="a longer window")
    for number, start in enumerate(starts):
        yield start, place == number
