"""Hold a current dataset against a reference."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.monitoring.judging.findings import CONSTANT, FOLLOWS_TIME, check_comparable, constant, find
from nbops.monitoring.judging.judge import Judgement, judge
from nbops.monitoring.judging.report import ALERT, OK, WARN, ColumnDrift, DriftReport, Side
from nbops.monitoring.judging.sentences import tell
from nbops.profiles.column import IGNORED, TIME
from nbops.profiles.profile import Profile, profile

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace


def drift(
    current: Any, reference: Any, *, alpha: float = 0.05, workspace: Workspace | str | Path | None = None
) -> DriftReport:
    """Say whether *current* has moved away from *reference*, and which columns.

    With a reference of 20 or more windows of time the limits are calibrated on it, such that of healthy datasets at
    most *alpha* reach `warn` and a sixth of that `alert`, for all columns together. Otherwise rows are assumed to be
    independent and the report is provisional. A frame with exactly one time column is cut into days by itself; use
    `profile(df, time=…, window=…, roles=…)` to say more.

    Args:
        current: DataFrame, array, snapshot (or its name or id), path of a CSV or Parquet file, or profile.
        reference: The same. A profile keeps limits stable and makes the comparison cheap.
        alpha: Share of healthy datasets that may reach `warn`.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ProfileError: One of the two is no dataset, the reference is empty, or the two share no column.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    if not 0 < alpha < 1:
        raise ProfileError(f"alpha={alpha} is not a share between 0 and 1", hint="alpha=0.05")
    if isinstance(current, Profile) and not isinstance(reference, Profile):
        return compare(current, profile(reference, like=current, workspace=workspace), alpha=alpha)
    return compare_with(current, profile_reference(reference, workspace), alpha=alpha, workspace=workspace)[1]


def compare_with(
    current: Any, reference: Profile, *, alpha: float = 0.05, workspace: Workspace | str | Path | None = None
) -> tuple[Profile, DriftReport]:
    """Profile *current* like *reference* and hold it against that; see `drift`."""
    now = profile(current, like=reference, workspace=workspace)
    return now, compare(now, reference, alpha=alpha)


def profile_reference(reference: Any, workspace: Workspace | str | Path | None = None) -> Profile:
    """Profile a reference, by days where it has exactly one column of times."""
    if isinstance(reference, Profile):
        return reference
    from nbops.profiles.frames import open_dataset
    from nbops.profiles.table import Parts

    opened = open_dataset(reference, workspace=workspace)
    times = (opened.head() if isinstance(opened, Parts) else opened).time_columns()
    return profile(opened, time=times[0] if len(times) == 1 else None)


def compare(current: Profile, reference: Profile, *, alpha: float = 0.05) -> DriftReport:
    """Hold one profile against another; see `drift`."""
    check_comparable(reference, current)
    if not current.rows:
        return _empty(current, reference, alpha)
    found = find(reference, current)
    names = [name for name, one in reference.columns.items() if name not in found and one.role not in {TIME, IGNORED}]
    judgement = judge(reference, current, names, alpha)
    columns = {}
    for name in [*reference.columns, *(name for name in current.columns if name not in reference.columns)]:
        columns[name] = found[name] if name in found else _column(reference, current, name, judgement)
    broken = any(one.finding and one.drifted for one in found.values())
    state = ALERT if broken or judgement.alert else WARN if judgement.warn else OK
    ours, theirs = judgement.judged
    return DriftReport(
        state,
        _side(reference, "reference", ours),
        _side(current, "current", theirs),
        columns,
        alpha,
        judgement.provisional,
        judgement.method,
        judgement.questions,
        judgement.windows,
        (*_notes(reference, current, columns), *judgement.notes),
    )


def _column(reference: Profile, current: Profile, name: str, judgement: Judgement) -> ColumnDrift:
    before, now, reading = reference.columns[name], current.columns[name], judgement.readings[name]
    only = constant(before, now)
    sentence = tell(before, now, reading.measure) + ("; constant now" if only else "")
    limit = reading.threshold if isfinite(reading.threshold) else None
    verdict = reading.drifted, reading.measure, reading.statistic, limit
    return ColumnDrift(name, before.kind, before.role, *verdict, sentence, CONSTANT if only else None)


def _empty(current: Profile, reference: Profile, alpha: float) -> DriftReport:
    columns = {
        name: ColumnDrift(name, one.kind, one.role, False, sentence=f"{name}: no rows to judge")  # noqa: FBT003
        for name, one in reference.columns.items()
    }
    sides = _side(reference, "reference", 0), _side(current, "current", 0)
    return DriftReport(ALERT, *sides, columns, alpha, notes=("the current data have no rows",))


def _side(one: Profile, otherwise: str, windows: int) -> Side:
    return Side(one.name or otherwise, one.rows, one.start, one.end, windows)


def _notes(reference: Profile, current: Profile, columns: dict[str, ColumnDrift]) -> list[str]:
    notes = []
    if reference.start and current.end and current.end < reference.start:
        notes.append("the current data end before the reference begins: are the two swapped? drift(current, reference)")
    for side, one in (("reference", reference), ("current", current)):
        if one.duplicates:
            notes.append(
                f"the {side} has several columns called {', '.join(map(repr, one.duplicates))}; the first counts"
            )
    tied = [one.name for one in columns.values() if one.finding == FOLLOWS_TIME]
    if tied:
        notes.append(f"not judged, because they follow time: {', '.join(tied)}")
    return notes
