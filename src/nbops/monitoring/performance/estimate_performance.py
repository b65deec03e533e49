"""Performance before the labels come, and what the labels then say about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.measures.calibrated_scores import CalibratedScores, calibrate_scores
from nbops.monitoring.performance.meaning import understand
from nbops.monitoring.performance.outcomes import Outcomes, read_outcomes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import Any

    import numpy as np

    from nbops.measures.calibrated_scores import Estimated
    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.report import WindowPerformance
    from nbops.workspace import Workspace

FEWEST = 100
_SURE, _MATTERS, _TWICE = 2.5758293035489004, 0.01, 2
VOID = "void: labels disagreed with the estimates twice in a row, so the relation to the label has changed"


def estimate_performance(
    reference: Any,
    *,
    label: str,
    score: str,
    positive: Any = None,
    workspace: Workspace | str | Path | None = None,
) -> CalibratedScores:
    """Learn from a labelled reference what *score* means; `.estimate(score, guess)` then judges chunk after chunk.

    `nbops.performance` does all of it; this is for chunks that arrive one by one: estimates can be added, `a + b`. They
    hold only without concept drift.

    Args:
        reference: Rows with labels and out-of-sample scores of two classes: frame, file or snapshot.
        label: Column of what turned out to be true.
        score: Column of the positive class's score.
        positive: Which class that is; the later in order if omitted.
        workspace: Where snapshots lie.

    Raises:
        ProfileError: There are not two classes, or fewer than 100 rows with both.
    """
    from nbops.monitoring.performance.open_frame import open_frame

    frame, _ = open_frame(reference, workspace)
    meaning = understand([frame], label=label, prediction=None, score=score, positive=positive)
    return calibrated(read_outcomes(frame, meaning, "reference"), meaning)


def calibrated(reference: Outcomes, meaning: Meaning) -> CalibratedScores:
    """Calibrate the scores of *reference*.

    Raises:
        ProfileError: See `estimate_performance`.
    """
    if not meaning.binary or reference.score is None:
        raise ProfileError(
            "performance without labels is estimated from the scores of two classes", hint='score="COLUMN"'
        )
    known = reference.ranked
    if known.sum() < FEWEST:
        raise ProfileError(f"the reference has {int(known.sum())} rows with label and score, fewer than {FEWEST}")
    truth = reference.truth[known]
    if truth.min() == truth.max():
        raise ProfileError("all labels of the reference are of one class: nothing can be learned of the score")
    return calibrate_scores(reference.score[known], truth == 1)


def estimate_rows(model: CalibratedScores, outcomes: Outcomes, rows: np.ndarray | None = None) -> Estimated:
    """Estimate those *rows* (a mask; all if None) that have score and prediction."""
    used = outcomes.scored & outcomes.predicted
    used = used if rows is None else used & rows
    assert outcomes.score is not None
    return model.estimate(outcomes.score[used], outcomes.guess[used] == 1)


def disagrees(model: CalibratedScores, outcomes: Outcomes, rows: np.ndarray) -> bool:
    """Say whether the labels of *rows* contradict their estimate: by more than a point, and more than chance (99 %)."""
    known = rows & outcomes.judged & outcomes.scored
    if known.sum() < FEWEST:
        return False
    expected = estimate_rows(model, outcomes, known)
    gap = abs(float((outcomes.truth[known] == outcomes.guess[known]).mean()) - expected.accuracy)
    return gap > _MATTERS and gap > _SURE * expected.error()


def void_windows(windows: Sequence[WindowPerformance]) -> tuple[tuple[WindowPerformance, ...], bool]:
    """Take the estimates from every window after two disagreements in a row; say whether there were."""
    made, running, void = [], 0, False
    for one in windows:
        if any(measured.value is not None for measured in one.measures):
            running = running + 1 if one.disagrees else 0
        void = void or running >= _TWICE
        made.append(replace(one, estimates=(), note=one.note or VOID) if void and one.estimates else one)
    return tuple(made), void
