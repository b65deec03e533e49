"""How the values of one column lie on both sides, coarse enough to be looked at and to be shown to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from nbops.profiles.publish import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.profiles.column import Column

_BARS, _LABELS, _TAIL = 24, 6, 0.01


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares of the rows, before and now.

    Attributes:
        before, now: One share for each bar; they and the missing share sum to 1.
        missing: Before and now.
        labels: Of the bars, where these are categories.
        edges: Of the bars, where these are bins, one more than there are bars; all bars are as wide. The first bar also
            holds what is below, the last what is above.
    """

    before: tuple[float, ...]
    now: tuple[float, ...]
    missing: tuple[float, float]
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()


def shape(before: Column, now: Column) -> Shape | None:
    """Return how *before* and *now* lie; None where they were not counted in the same cells, or have none to show.

    No label of fewer than ten rows on both sides stands by itself, and the axis ends at the outer percent of the rows,
    so that a picture tells of no single row.
    """
    if (before.edges, before.labels, len(before.cells)) != (now.edges, now.labels, len(now.cells)):
        return None
    if not before.rows or not now.rows:
        return None
    missing = before.missing / before.rows, now.missing / now.rows
    if before.labels:
        return _labelled(before, now, missing)
    return _binned(before, now, missing) if len(before.edges) > 1 else None


def _labelled(before: Column, now: Column, missing: tuple[float, float]) -> Shape:
    pairs = zip(before.labels, before.cells, now.cells, strict=False)
    told = [(label, then / before.rows, at / now.rows) for label, then, at in pairs if max(then, at) >= FEWEST]
    told.sort(key=lambda one: -max(one[1:]))
    # What moved most must be seen, however rare it is.
    shown = told[:_LABELS]
    if len(told) > _LABELS:
        farthest = max(told, key=lambda one: abs(one[1] - one[2]))
        shown = shown if farthest in shown else [*shown[:-1], farthest]
    rest = [1 - missing[side] - sum(one[1 + side] for one in shown) for side in (0, 1)]
    labels, then, at = [one[0] for one in shown], [one[1] for one in shown], [one[2] for one in shown]
    if max(rest) > 1e-9:  # noqa: PLR2004 # sums of shares are off by less
        labels, then, at = [*labels, "all others"], [*then, max(rest[0], 0.0)], [*at, max(rest[1], 0.0)]
    return Shape(tuple(then), tuple(at), missing, labels=tuple(labels))


def _binned(before: Column, now: Column, missing: tuple[float, float]) -> Shape | None:
    present = [one for one in (before, now) if one.rows > one.missing]
    if not present:
        return None
    ends = [_ends(one) for one in present]
    low, high = min(one[0] for one in ends), max(one[1] for one in ends)
    if not low < high:
        return None
    edges = tuple(low + (high - low) * step / _BARS for step in range(_BARS + 1))
    return Shape(_spread(before, edges), _spread(now, edges), missing, edges=edges)


def _ends(column: Column) -> tuple[float, float]:
    """Return the edges between which all but the outer percent at either end lies."""
    values = column.rows - column.missing
    seen, low, high = 0, column.edges[0], column.edges[-1]
    for at, edge in enumerate(column.edges):
        seen += column.cells[at]
        if seen <= _TAIL * values:
            low = edge
        if seen >= (1 - _TAIL) * values:
            high = edge
            break
    return low, high


def _spread(column: Column, edges: Sequence[float]) -> tuple[float, ...]:
    """Deal the counts of the cells to bars of equal width, as if the values of a cell lay evenly in it."""
    bars, width = [0.0] * _BARS, edges[1] - edges[0]
    bars[0] += column.cells[0]
    bars[-1] += column.cells[len(column.edges)]
    for count, (start, end) in zip(column.cells[1:], pairwise(column.edges), strict=False):
        for bar in range(_bar(start, edges[0], width), _bar(end, edges[0], width) + 1):
            left = start if bar == 0 else max(start, edges[bar])
            right = end if bar == _BARS - 1 else min(end, edges[bar + 1])
            bars[bar] += count * max(right - left, 0.0) / (end - start)
    return tuple(one / column.rows for one in bars)


def _bar(value: float, low: float, width: float) -> int:
    return min(max(int((value - low) / width), 0), _BARS - 1)
