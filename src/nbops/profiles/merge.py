"""Add two profiles up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from nbops.errors import ProfileError
from nbops.profiles.column import EMPTY, Column
from nbops.profiles.count import UNLISTED
from nbops.profiles.profile import Profile
from nbops.profiles.read_quantile import read_quantile
from nbops.profiles.windows import counts_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

_Value = TypeVar("_Value", str, float)


def merge(one: Profile, two: Profile) -> Profile:
    """Return the profile of both datasets together.

    Raises:
        ProfileError: They have different columns, cells or windows.
    """
    if not one.rows or not two.rows:
        return one if not two.rows else two
    apart = sorted(one.columns.keys() ^ two.columns.keys())
    if apart:
        raise ProfileError(f"only one of the two profiles has {', '.join(map(repr, apart[:5]))}")
    if (one.time, one.window) != (two.time, two.window):
        raise ProfileError(f"windows differ: {one.time} {one.window} and {two.time} {two.window}")
    if counts_rows(one.window or ""):
        raise ProfileError("windows of rows cannot be added up, since each dataset counts its own", hint='window="1D"')
    starts = tuple(sorted({*one.starts, *two.starts}))
    columns = {}
    for name, column in one.columns.items():
        first, second = _alike(column, two.columns[name])
        columns[name] = _added(first, second, _windows(one, two, starts, first, second) if starts else b"")
    rows = dict.fromkeys(starts, 0)
    for part in (one, two):
        for start, count in zip(part.starts, part.window_rows, strict=True):
            rows[start] += count
    return replace(
        one,
        rows=one.rows + two.rows,
        columns=columns,
        start=_first(min, one.start, two.start),
        end=_first(max, one.end, two.end),
        starts=starts,
        window_rows=tuple(rows.values()),
        duplicates=tuple(dict.fromkeys(one.duplicates + two.duplicates)),
        published=one.published or two.published,
    )


def _alike(one: Column, two: Column) -> tuple[Column, Column]:
    """Give a column without any value the cells of the other."""
    if one.kind == EMPTY != two.kind:
        second, first = _alike(two, one)
        return first, second
    if two.kind == EMPTY != one.kind:
        cells = (*(0 for _ in one.cells[1:]), two.missing)
        windows = _padded(two.window_cells(), len(cells)) if two.windows else b""
        two = replace(
            one, cells=cells, windows=windows, infinite=0, unlisted=(), mean=None, sd=None, low=None, high=None
        )
    one.check_same_cells(two)
    return one, two


def _padded(counts: np.ndarray, cells: int) -> bytes:
    import numpy as np

    wide = np.zeros((len(counts), cells), dtype="<i4")
    wide[:, -1] = counts[:, -1]
    return wide.tobytes()


def _windows(one: Profile, two: Profile, starts: tuple[str, ...], first: Column, second: Column) -> bytes:
    import numpy as np

    place = {start: at for at, start in enumerate(starts)}
    total = np.zeros((len(starts), len(first.cells)), dtype="<i4")
    for part, column in ((one, first), (two, second)):
        if column.windows:
            total[[place[start] for start in part.starts]] += column.window_cells()
    return total.tobytes()


def _added(one: Column, two: Column, windows: bytes) -> Column:
    cells = tuple(a + b for a, b in zip(one.cells, two.cells, strict=True))
    unlisted = dict(one.unlisted)
    for label, rows in two.unlisted:
        unlisted[label] = unlisted.get(label, 0) + rows
    mean, sd = _moments(one, two)
    total = replace(
        one,
        cells=cells,
        windows=windows,
        mean=mean,
        sd=sd,
        low=_first(min, one.low, two.low),
        high=_first(max, one.high, two.high),
        first=_first(min, one.first, two.first),
        last=_first(max, one.last, two.last),
        infinite=one.infinite + two.infinite,
        distinct=max(one.distinct, two.distinct),
        closed=one.closed and two.closed,
        unlisted=tuple(sorted(unlisted.items(), key=lambda item: (-item[1], item[0]))[:UNLISTED]),
        quantiles={},
    )
    probabilities = one.quantiles or two.quantiles
    return replace(total, quantiles={p: read_quantile(total, float(p)) for p in probabilities})


def _moments(one: Column, two: Column) -> tuple[float | None, float | None]:
    parts = [
        (column.rows - column.missing - column.infinite, column.mean, column.sd or 0.0)
        for column in (one, two)
        if column.mean is not None
    ]
    rows = sum(count for count, _, _ in parts)
    if not rows:
        return None, None
    mean = sum(count * value for count, value, _ in parts) / rows
    return mean, math.sqrt(sum(count * (sd**2 + (value - mean) ** 2) for count, value, sd in parts) / rows)


def _first(choose: Callable[[_Value, _Value], _Value], one: _Value | None, two: _Value | None) -> _Value | None:
    return choose(one, two) if one is not None and two is not None else two if one is None else one
