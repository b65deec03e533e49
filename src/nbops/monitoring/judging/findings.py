"""What can be said about columns before any statistics: dropped, retyped, empty, constant, tied to the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.monitoring.judging.report import ColumnDrift
from nbops.profiles.column import EMPTY, TIME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.profiles.column import Column
    from nbops.profiles.profile import Profile

DROPPED, ADDED, RETYPED, ALL_MISSING, WAS_EMPTY, CONSTANT, FOLLOWS_TIME = (
    "dropped", "added", "retyped", "all missing", "was empty", "constant", "follows time",
)  # fmt: skip
_TIMELIKE, _SAME = 0.98, 0.9
_FEWEST_ROWS = 30


def find(reference: Profile, current: Profile) -> dict[str, ColumnDrift]:
    """Return the columns that need no statistics, by label.

    Raises:
        ProfileError: The profiles were counted in different cells.
    """
    found = {one.name: one for one in _structure(reference, current)}
    for name, column in reference.columns.items():
        if name not in found and name in current.columns:
            column.check_same_cells(current.columns[name])
    if reference.starts:
        for name in follow_time(reference):
            if name not in found:
                column = reference.columns[name]
                sentence = f"{name}: follows time (its values belong to one stretch of the reference each), not judged"
                found[name] = ColumnDrift(
                    name, column.kind, column.role, drifted=False, sentence=sentence, finding=FOLLOWS_TIME
                )
    return found


def constant(reference: Column, current: Column) -> bool:
    """Say whether a column that varied has only one value now."""
    filled = sum(1 for rows in current.cells[:-1] if rows)
    varied = sum(1 for rows in reference.cells[:-1] if rows)
    one_value = current.low == current.high if reference.edges else True
    return varied > 1 and filled == 1 and one_value and current.rows - current.missing >= _FEWEST_ROWS


def follow_time(reference: Profile) -> tuple[str, ...]:
    """Name the columns that run along with time, such as a month, a counter or a batch number.

    Their next values always lie outside what was seen, so no window of the reference tells what is healthy: each value
    belongs to one stretch of the reference, or the windows' mean cells rise (or fall) with time.
    """
    return tuple(
        name
        for name, column in reference.columns.items()
        if len(column.cells) > 2 and _runs_along(column)  # noqa: PLR2004
    )


def _runs_along(column: Column) -> bool:
    import numpy as np

    counts = column.window_cells()[:, :-1].astype(float)
    counts = counts[counts.sum(axis=1) > 0]
    if len(counts) < 3:  # noqa: PLR2004
        return False
    top = counts.argmax(axis=1)
    if (counts.max(axis=1) >= counts.sum(axis=1)).mean() >= _SAME:
        stretches = 1 + int((top[1:] != top[:-1]).sum())
        return 1 < stretches == len(np.unique(top))
    if not column.edges:
        return False
    mean = (counts * np.arange(counts.shape[1])).sum(axis=1) / counts.sum(axis=1)
    ranks = np.argsort(np.argsort(mean))
    return bool(abs(np.corrcoef(ranks, np.arange(len(ranks)))[0, 1]) > _TIMELIKE)


def _structure(reference: Profile, current: Profile) -> Iterator[ColumnDrift]:
    for name, before in reference.columns.items():
        now = current.columns.get(name)
        if now is None:
            yield _said(before, DROPPED, "is gone from the current data", drifted=before.role != TIME)
        elif before.role == TIME or before.kind == TIME == now.kind:
            yield ColumnDrift(name, before.kind, TIME, False, sentence=f"{name}: {_span(before)} → {_span(now)}")  # noqa: FBT003
        elif before.kind == EMPTY:
            filled = now.kind != EMPTY and now.missing < now.rows
            told = "had no value in the reference and has some now" if filled else "has no value on either side"
            yield _said(before, WAS_EMPTY, told, drifted=False)
        elif now.rows and now.missing == now.rows and before.missing < before.rows:
            told = f"has no value at all now (missing {before.missing / before.rows:.1%} before)"
            yield _said(before, ALL_MISSING, told, drifted=True)
        elif before.family != now.family:
            told = f"was {before.kind} ({before.dtype}) and is {now.kind} ({now.dtype}) now"
            yield _said(before, RETYPED, told, drifted=True)
    for name, now in current.columns.items():
        if name not in reference.columns:
            yield _said(now, ADDED, "is new; the reference does not have it", drifted=False)


def _said(column: Column, finding: str, told: str, *, drifted: bool) -> ColumnDrift:
    return ColumnDrift(
        column.name, column.kind, column.role, drifted, sentence=f"{column.name}: {told}", finding=finding
    )


def _span(column: Column) -> str:
    return f"{column.first or '?'} … {column.last or '?'}"


def check_comparable(reference: Profile, current: Profile) -> None:
    """Refuse what cannot be held against each other at all.

    Raises:
        ProfileError: The reference has no rows or no columns, or the two share none.
    """
    if not reference.rows or not reference.columns:
        raise ProfileError("the reference has no rows to compare with", hint="drift(current, reference)")
    if current.columns and not reference.columns.keys() & current.columns.keys():
        raise ProfileError(
            f"the two datasets share no column: {', '.join(list(reference.columns)[:5])} and "
            f"{', '.join(list(current.columns)[:5])}"
        )
