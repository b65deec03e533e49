"""All measures that suit a task, over some rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.measure_classes import measure_classes, measure_scores
from nbops.measures.measure_numbers import measure_numbers
from nbops.measures.measure_rankings import measure_rankings
from nbops.monitoring.performance.report import CLASSIFICATION, REGRESSION

if TYPE_CHECKING:
    import numpy as np

    from nbops.measures.measured import Measured
    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.outcomes import Outcomes


def measure(
    outcomes: Outcomes, meaning: Meaning, rows: np.ndarray | None = None, *, k: int = 10
) -> tuple[Measured, ...]:
    """Measure *outcomes*, of the *rows* (a mask, shape (rows,)) only where given."""
    judged = outcomes.judged if rows is None else outcomes.judged & rows
    truth, guess = outcomes.truth, outcomes.guess
    if meaning.task == REGRESSION:
        return measure_numbers(truth[judged], guess[judged])
    if meaning.task != CLASSIFICATION:
        assert outcomes.query is not None
        order = outcomes.score if outcomes.score is not None else guess
        ranked = judged if outcomes.score is None else judged & outcomes.scored
        return measure_rankings(outcomes.query[ranked], truth[ranked], order[ranked], k)
    found = measure_classes(truth[judged], guess[judged], len(meaning.classes))
    if outcomes.score is None or len(meaning.classes) < 2:  # noqa: PLR2004 # one class has no rival
        return found
    ranked = outcomes.ranked if rows is None else outcomes.ranked & rows
    return (*found, *measure_scores(truth[ranked], outcomes.score[ranked], probable=outcomes.probable))
