"""How good predictions were, or are expected to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.measures.calibrate import calibrate
from nbops.measures.calibrated_scores import LIMIT
from nbops.monitoring.judging.report import ALERT, OK, UNKNOWN, WARN, Side
from nbops.monitoring.performance.compare_measures import compare_measures
from nbops.monitoring.performance.estimate_performance import VOID, calibrated, estimate_rows, void_windows
from nbops.monitoring.performance.meaning import need, understand
from nbops.monitoring.performance.measure import measure
from nbops.monitoring.performance.measure_kpis import KPI, measure_kpis, measure_service
from nbops.monitoring.performance.open_frame import open_frame
from nbops.monitoring.performance.outcomes import Outcomes, read_outcomes
from nbops.monitoring.performance.report import PerformanceReport
from nbops.monitoring.performance.slice_performance import slice_performance
from nbops.monitoring.performance.tabulate_groups import tabulate_groups
from nbops.monitoring.performance.window_performance import window_performance

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from nbops.measures.calibrated_scores import CalibratedScores
    from nbops.measures.measured import Measured
    from nbops.monitoring.performance.meaning import Meaning
    from nbops.monitoring.performance.report import Change
    from nbops.workspace import Workspace


def performance(
    current: Any,
    *,
    label: str,
    prediction: str | None = None,
    score: str | Mapping[Any, str] | None = None,
    task: str | None = None,
    reference: Any = None,
    slices: Sequence[str] = (),
    by: str | None = None,
    window: str | int | None = None,
    kpis: Mapping[str, KPI] | None = None,
    sensitive: Sequence[str] = (),
    positive: Any = None,
    query: str | None = None,
    k: int = 10,
    tolerance: float = 0.0,
    workspace: Workspace | str | Path | None = None,
) -> PerformanceReport:
    """Say how good the predictions in *current* were; without labels, how good they are expected to be.

    Where *current* has no labels, they are expected from the scores, calibrated on a labelled *reference*
    (confidence-based estimation, of two classes). That holds only without concept drift.

    Args:
        current: Rows with predictions: DataFrame, snapshot (or its name or id), path of a CSV or Parquet file.
        label: Column of what turned out to be true; it may be missing for some rows, or all.
        prediction: Column of what was predicted; of two classes, `score ≥ 0.5` if omitted.
        score: Column of the positive class's score, or class → column.
        task: `classification`, `regression` or `ranking`; told from the columns if omitted.
        reference: Healthy rows with labels and out-of-sample predictions: the measure of what is worse.
        slices: Columns to slice by.
        by: Column of times to cut windows by.
        window: Length of a window (`1D`; one day with *by*), or a number of rows.
        kpis: Name → column whose mean counts, or function of the frame.
        sensitive: Columns of groups that must be treated alike.
        positive: The positive class; the later in order if omitted.
        query: Column of the query, for rankings.
        k: Places of a ranking that count.
        tolerance: Share of the reference's value by which a measure may be worse, such as 0.02.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ProfileError: A column is not there or does not suit the task; or there are no labels and nothing to estimate
            from.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    frame, name = open_frame(current, workspace)
    other, called = (None, None) if reference is None else open_frame(reference, workspace)
    columns = (*_words(slices), *_words(sensitive), *([by] if by else ()))
    meaning = _understood(frame, other, columns, label, prediction, score, task, positive, query)
    now = read_outcomes(frame, meaning, "current")
    then = None if other is None else read_outcomes(other, meaning, "reference")
    model, estimated = _model(now, then, meaning, label)
    before = () if then is None else measure(then, meaning, k=k)
    expected = estimate_rows(model, now) if model and estimated else None
    measures = expected.measures() if expected else measure(now, meaning, k=k)
    changes = compare_measures(measures, before, tolerance)
    cut: dict[str, Any] = {"by": by, "window": window, "k": k, "tolerance": tolerance}
    found = (
        window_performance(frame, now, meaning, before=before, model=model, **cut) if by or window is not None else ()
    )
    windows, void = void_windows(found)
    return PerformanceReport(
        _state(changes, then),
        meaning.task,
        _side(frame, name or "current", by, now, estimated=expected is not None),
        None if other is None or then is None else _side(other, called or "reference", by, then, estimated=False),
        expected is not None,
        void,
        measures,
        changes,
        _calibration(now, meaning),
        slice_performance(frame, now, meaning, _words(slices), other),
        tabulate_groups(frame, now, meaning, _words(sensitive), other),
        windows,
        _kpis(frame, other, kpis or {}),
        measure_service(frame),
        _notes(meaning, now, then, model, void, expected is not None),
    )


def _understood(
    frame: pd.DataFrame,
    other: pd.DataFrame | None,
    columns: tuple[str, ...],
    label: str,
    prediction: str | None,
    score: Any,
    task: str | None,
    positive: Any,
    query: str | None,
) -> Meaning:
    for column in columns:
        need(frame, column)
    frames = [frame] if other is None else [frame, other]
    if not any(label in one.columns for one in frames):
        need(frame, label)
    if other is not None:
        need(other, label)
    if not len(frame):
        raise ProfileError("the current data have no rows to judge")
    return understand(
        frames, label=label, prediction=prediction, score=score, task=task, positive=positive, query=query
    )


def _model(now: Outcomes, then: Outcomes | None, meaning: Meaning, label: str) -> tuple[CalibratedScores | None, bool]:
    """Return what the scores mean, where a reference tells, and whether the report has to rest on it."""
    lacking = not now.labelled.any()
    if lacking and (then is None or now.score is None):
        raise ProfileError(
            f"no row has a label in {label!r}: without labels, performance is estimated from scores and a reference",
            hint='performance(current, label=…, score="COLUMN", reference=labelled)',
        )
    probable = then is not None and now.score is not None and then.score is not None and meaning.binary
    if lacking and then is not None:
        return calibrated(then, meaning), True
    if not probable or then is None:
        return None, False
    try:
        return calibrated(then, meaning), False
    except ProfileError:  # windows then have no estimate beside their labels
        return None, False


def _state(changes: Sequence[Change], then: Outcomes | None) -> str:
    if then is None or not changes:
        return UNKNOWN
    if any(one.surely for one in changes):
        return ALERT
    return WARN if any(one.worse for one in changes) else OK


def _side(frame: pd.DataFrame, name: str, by: str | None, outcomes: Outcomes, *, estimated: bool) -> Side:
    from nbops.profiles.frames import open_table
    from nbops.profiles.windows import iso

    used = outcomes.predicted & outcomes.scored if estimated else outcomes.judged
    start = end = None
    if by is not None and by in frame.columns:
        seconds, missing = open_table(frame[[by]]).times(by)
        if not missing.all():
            start, end = iso(int(seconds[~missing].min())), iso(int(seconds[~missing].max()))
    return Side(name, int(used.sum()), start, end)


def _calibration(now: Outcomes, meaning: Meaning) -> Any:
    if not meaning.binary or now.score is None or not now.probable:
        return None
    return calibrate(now.truth[now.ranked] == 1, now.score[now.ranked])


def _kpis(
    frame: pd.DataFrame, other: pd.DataFrame | None, kpis: Mapping[str, KPI]
) -> tuple[tuple[Measured, float | None], ...]:
    told = []
    for name, kpi in kpis.items():
        before = None
        if other is not None and not (isinstance(kpi, str) and kpi not in other.columns):
            before = measure_kpis(other, {name: kpi})[0].value
        told.append((measure_kpis(frame, {name: kpi})[0], before))
    return tuple(told)


def _notes(
    meaning: Meaning, now: Outcomes, then: Outcomes | None, model: Any, void: bool, estimated: bool
) -> tuple[str, ...]:
    notes = [*meaning.notes, *now.notes, *(then.notes if then else ())]
    if estimated:
        notes.insert(0, f"estimated without labels: {LIMIT}")
    elif model is not None and not now.labelled.all():
        notes.append(f"estimates of windows: {LIMIT}")
    if void:
        notes.insert(0, f"estimates are {VOID}")
    return tuple(dict.fromkeys(notes))


def _words(columns: Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)
