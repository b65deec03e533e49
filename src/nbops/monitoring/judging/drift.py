"""Hold a current dataset against a reference."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.monitoring.judging.findings import CONSTANT, check_comparable, constant, find
from nbops.monitoring.judging.given_limits import check_limits, hold_against
from nbops.monitoring.judging.judge import Judgement, judge
from nbops.monitoring.judging.judge_rows import PROVISIONAL
from nbops.monitoring.judging.notes import FEWEST_ROWS, notes_on
from nbops.monitoring.judging.promise import promise
from nbops.monitoring.judging.report import ALERT, OK, UNKNOWN, WARN, ColumnDrift, DriftReport, Side
from nbops.monitoring.judging.sentences import tell
from nbops.monitoring.judging.separate import rows_of, separate
from nbops.monitoring.judging.statistics import statistics_of
from nbops.profiles.column import FEATURE, IGNORED, TIME
from nbops.profiles.profile import Profile, profile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from nbops.workspace import Workspace

_JOINT = 0.2  # share of alpha that the classifier has


def drift(
    current: Any,
    reference: Any,
    *,
    alpha: float = 0.05,
    window: str | None = None,
    limits: Mapping[str, float | Mapping[str, float]] | None = None,
    multivariate: bool = False,
    workspace: Workspace | str | Path | None = None,
) -> DriftReport:
    """Say whether *current* has moved away from *reference*, and which columns.

    With a reference of 20 or more windows of time the limits are calibrated on it, such that of healthy datasets at
    most *alpha* reach `warn` and fewer than 1 % `alert`, for all columns together. Otherwise rows are assumed to be
    independent, the limit is that of 1 %, and the report is provisional. A frame with exactly one time column is cut
    into days by itself; use `profile(df, time=…, window=…, roles=…)` to say more.

    Args:
        current: DataFrame, array, snapshot (or its name or id), path of a CSV or Parquet file, or profile.
        reference: The same. A profile keeps limits stable and makes the comparison cheap.
        alpha: Share of healthy datasets that may reach `warn`.
        window: Cut a reference that is no profile into windows of this length, `1D`, `6h` or `1000 rows`.
        limits: Column → your own limit for its PSI, or statistic → limit, in place of the calibrated one. A column
            beyond it makes a `warn`; it is no part of the promise.
        multivariate: Also train a classifier to tell the two sides apart, which takes seconds and needs rows on both. A
            fifth of *alpha* is its.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ProfileError: One of the two is no dataset, the reference is empty, the two share no column, a limit does not
            fit its column, or *multivariate* is asked of a profile.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    if not 0 < alpha < 1:
        raise ProfileError(f"alpha={alpha} is not a share between 0 and 1", hint="alpha=0.05")
    if multivariate:
        current, reference = rows_of(current, workspace), _named(reference, workspace)
    share = alpha * (1 - _JOINT) if multivariate else alpha
    if isinstance(current, Profile) and not isinstance(reference, Profile):
        like = profile(reference, like=current, window=window, workspace=workspace)
        return compare(current, like, alpha=share, limits=limits)
    known = profile_reference(reference, workspace, window)
    now, report = compare_with(current, known, alpha=share, limits=limits, workspace=workspace)
    report = replace(report, alpha=alpha)
    return _jointly(current, reference, known, now, report) if multivariate else report


def _jointly(current: Any, reference: Any, known: Profile, now: Profile, report: DriftReport) -> DriftReport:
    """Add what a classifier says to *report*; it raises `ok` to `warn`, and never further."""
    names = [
        name
        for name, one in report.columns.items()
        if one.statistic is not None and one.role == FEATURE and name in now.columns
    ]
    level = _JOINT * (PROVISIONAL if report.provisional else report.alpha)
    found = separate(current, rows_of(reference, None), known, names, level)
    if found is None:
        note = "too few rows or columns for a classifier (100 rows a side are needed)"
        return replace(report, notes=(*report.notes, note))
    state = WARN if found.separated and report.state in {OK, UNKNOWN} else report.state
    return replace(report, state=state, separation=found)


def compare_with(
    current: Any,
    reference: Profile,
    *,
    alpha: float = 0.05,
    limits: Mapping[str, float | Mapping[str, float]] | None = None,
    workspace: Workspace | str | Path | None = None,
) -> tuple[Profile, DriftReport]:
    """Profile *current* like *reference* and hold it against that; see `drift`."""
    now = profile(current, like=reference, workspace=workspace)
    return now, compare(now, reference, alpha=alpha, limits=limits)


def profile_reference(
    reference: Any, workspace: Workspace | str | Path | None = None, window: str | None = None
) -> Profile:
    """Profile a reference, by days (or *window*) where it has exactly one column of times.

    Raises:
        ProfileError: It is no dataset, or a profile whose windows are others than *window*.
    """
    if isinstance(reference, Profile):
        if window is not None and window != reference.window:
            raise ProfileError(
                f"the reference is a profile with windows of {reference.window}, not of {window}",
                hint=f"profile(df, time=…, window={window!r})",
            )
        return reference
    from nbops.profiles.frames import open_dataset
    from nbops.profiles.table import Parts

    opened = open_dataset(reference, workspace=workspace)
    times = (opened.head() if isinstance(opened, Parts) else opened).time_columns()
    return profile(opened, time=times[0] if len(times) == 1 else None, window=window)


def compare(
    current: Profile,
    reference: Profile,
    *,
    alpha: float = 0.05,
    limits: Mapping[str, float | Mapping[str, float]] | None = None,
) -> DriftReport:
    """Hold one profile against another; see `drift`."""
    check_comparable(reference, current)
    given = check_limits(limits or {}, reference)
    if not current.rows:
        return _empty(current, reference, alpha)
    found = find(reference, current)
    found |= {
        name: hold_against(reference.columns[name], current.columns[name], limit)
        for name, limit in given.items()
        if name not in found
    }
    names = [name for name, one in reference.columns.items() if name not in found and one.role not in {TIME, IGNORED}]
    judgement = judge(reference, current, names, alpha)
    columns = {}
    for name in [*reference.columns, *(name for name in current.columns if name not in reference.columns)]:
        columns[name] = found[name] if name in found else _column(reference, current, name, judgement)
    broken = any(one.finding and one.drifted for one in found.values())
    yours = any(one.drifted for one in found.values())
    state = ALERT if broken or judgement.alert else WARN if judgement.warn or yours else OK
    notes = [*notes_on(reference, current, columns, judgement.windows), *judgement.notes]
    if not any(one.statistic is not None for one in columns.values()):
        notes.append("no column could be judged")
        state = UNKNOWN if state == OK else state
    if not broken and min(reference.rows, current.rows) < FEWEST_ROWS:
        state = UNKNOWN
        columns = {name: replace(one, drifted=False) for name, one in columns.items()}
    ours, theirs = judgement.judged
    provisional = judgement.provisional
    least = min(alpha, PROVISIONAL) if provisional else alpha
    return DriftReport(
        state,
        _side(reference, "reference", ours),
        _side(current, "current", theirs),
        columns,
        alpha,
        provisional,
        judgement.method,
        judgement.questions,
        judgement.windows,
        tuple(notes),
        promise=promise(least, provisional=provisional, windows=theirs, given=bool(given)),
        profiles=(reference, current),
    )


def _column(reference: Profile, current: Profile, name: str, judgement: Judgement) -> ColumnDrift:
    before, now, reading = reference.columns[name], current.columns[name], judgement.readings[name]
    only = constant(before, now)
    sentence = tell(before, now, reading.measure) + ("; constant now" if only else "")
    limit = reading.threshold if isfinite(reading.threshold) else None
    verdict = reading.drifted, reading.measure, reading.statistic, limit
    source = "independent rows" if judgement.provisional else "reference windows"
    return ColumnDrift(
        name, before.kind, before.role, *verdict, sentence, CONSTANT if only else None, source,
        statistics_of(before, now),
    )  # fmt: skip


def _empty(current: Profile, reference: Profile, alpha: float) -> DriftReport:
    columns = {
        name: ColumnDrift(name, one.kind, one.role, False, sentence=f"{name}: no rows to judge")  # noqa: FBT003
        for name, one in reference.columns.items()
    }
    sides = _side(reference, "reference", 0), _side(current, "current", 0)
    return DriftReport(
        ALERT, *sides, columns, alpha, notes=("the current data have no rows",), profiles=(reference, current)
    )


def _side(one: Profile, otherwise: str, windows: int) -> Side:
    return Side(one.name or otherwise, one.rows, one.start, one.end, windows)


def _named(reference: Any, workspace: Workspace | str | Path | None) -> Any:
    """Open a file or snapshot once, so that it is not read for the profile and again for its rows."""
    return reference if hasattr(reference, "columns") else rows_of(reference, workspace)
