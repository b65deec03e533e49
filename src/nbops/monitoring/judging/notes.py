"""What a person should know before acting on a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.findings import ADDED, DROPPED, FOLLOWS_TIME
from nbops.monitoring.judging.report import UNKNOWN
from nbops.profiles.column import OPAQUE, TIME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbops.monitoring.judging.report import ColumnDrift, WindowDrift
    from nbops.profiles.profile import Profile

FEWEST_ROWS = 20


def notes_on(
    reference: Profile, current: Profile, columns: Mapping[str, ColumnDrift], windows: Sequence[WindowDrift] = ()
) -> list[str]:
    """Say what limits the comparison: swapped dates, double labels, few rows, columns that cannot be judged in full."""
    return [
        *_sides(reference, current),
        *_times(reference, current),
        *_columns(reference, current, columns),
        *_short(windows),
    ]


def _sides(reference: Profile, current: Profile) -> Iterator[str]:
    if reference.start and current.end and current.end < reference.start:
        yield "the current data end before the reference begins: are the two swapped? drift(current, reference)"
    for side, one in (("reference", reference), ("current", current)):
        if one.duplicates:
            yield f"the {side} has several columns called {', '.join(map(repr, one.duplicates))}; the first counts"
        if 0 < one.rows < FEWEST_ROWS:
            rows = "row" if one.rows == 1 else "rows"
            yield f"the {side} has only {one.rows} {rows}, too few to judge: {FEWEST_ROWS} are needed"
        elif len(one.window_rows) > 1 and sum(one.window_rows) < one.rows:
            yield f"{one.rows - sum(one.window_rows):,} rows of the {side} have no time and are in no window"


def _times(reference: Profile, current: Profile) -> Iterator[str]:
    if reference.time and reference.time in current.columns and current.time is None and current.rows:
        yield f"{reference.time!r} of the current data cannot be read as times: judged as one window"
    for name, before in reference.columns.items():
        now = current.columns.get(name)
        if now is not None and before.kind == TIME == now.kind and _zone(before.dtype) != _zone(now.dtype):
            yield (
                f"{name} is in {_zone(before.dtype) or 'no time zone'} in the reference and in "
                f"{_zone(now.dtype) or 'no time zone'} now: windows are cut by the local time of each"
            )


def _zone(dtype: str) -> str:
    return dtype.partition(", ")[2].rstrip("]")


def _columns(reference: Profile, current: Profile, columns: Mapping[str, ColumnDrift]) -> Iterator[str]:
    tied = [one.name for one in columns.values() if one.finding == FOLLOWS_TIME]
    if tied:
        yield f"not judged, because they follow time: {', '.join(tied)}"
    gone = [one for one in columns.values() if one.finding == DROPPED]
    new = [one for one in columns.values() if one.finding == ADDED]
    for one in gone:
        alike = [other.name for other in new if other.kind == one.kind]
        if len(alike) == 1:
            yield f"{one.name!r} is gone and {alike[0]!r} is new: renamed?"
    judged = [name for name, one in columns.items() if not one.finding and name in current.columns]
    mixed = [name for name in judged if reference.columns[name].kind == OPAQUE]
    if mixed:
        yield f"only missing values can be judged of lists and mixed types: {', '.join(mixed)}"
    many = [name for name in judged if reference.columns[name].labels and not reference.columns[name].closed]
    if many:
        yield f"too many values to tell new ones, the most frequent {_listed(reference, many)} are: {', '.join(many)}"
    for name in judged:
        before, now = reference.columns[name], current.columns[name]
        if now.infinite and not before.infinite:
            yield f"{name} has {now.infinite:,} infinite values, the reference has none"


def _listed(reference: Profile, names: Sequence[str]) -> int:
    return max(len(reference.columns[name].labels) for name in names)


def _short(windows: Sequence[WindowDrift]) -> Iterator[str]:
    few = [one for one in windows if one.state == UNKNOWN]
    if few:
        shown = ", ".join(f"{one.start} ({one.rows:,})" for one in few[:3]) + (", …" if len(few) > 3 else "")  # noqa: PLR2004
        yield f"{len(few)} of {len(windows)} windows have too few rows to judge: {shown}"
