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
        rest: Share of all labels that have no bar, before and now.
    """

    before: tuple[float, ...]
    now: tuple[float, ...]
    missing: tuple[float, float]
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()
    rest: tuple[float, float] | None = None


def shape(before: Column, now: Column) -> Shape | None:
    """Return how *before* and *now* lie; None where they were not counted in the same cells, or have none to show.

    No label of fewer than ten rows on both sides stands by itself, and the axis ends where ten rows lie beyond it, so
    that a picture tells of no single row.
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
    if len(told) > _LABELS:  # what moved most must be seen, however rare it is
        told = sorted(told, key=lambda one: -abs(one[1] - one[2]))[:_LABELS]
    told.sort(key=lambda one: -max(one[1], one[2]))
    others = 1 - missing[0] - sum(one[1] for one in told), 1 - missing[1] - sum(one[2] for one in told)
    rest = (max(others[0], 0.0), max(others[1], 0.0)) if max(others) > 1e-9 else None  # noqa: PLR2004 # sums of shares are off by less
    return Shape(
        tuple(one[1] for one in told), tuple(one[2] for one in told), missing,
        labels=tuple(one[0] for one in told), rest=rest,
    )  # fmt: skip


def _binned(before: Column, now: Column, missing: tuple[float, float]) -> Shape | None:
    present = [one for one in (before, now) if one.rows > one.missing]
    if not present:
        return None
    ends = [_ends(one) for one in present]
    low, high = min(one[0] for one in ends), max(one[1] for one in ends)
    low, high = _shared(before, low, high)
    if not low < high:
        return None
    edges = tuple(low + (high - low) * step / _BARS for step in range(_BARS + 1))
    return Shape(_spread(before, edges), _spread(now, edges), missing, edges=edges)


def _shared(column: Column, low: float, high: float) -> tuple[float, float]:
    """Return the ends of the axis, moved inwards to points beyond which ten rows lie."""
    values = column.rows - column.missing
    told = sorted(
        (float(p), value) for p, value in column.quantiles.items() if min(float(p), 1 - float(p)) * values >= FEWEST
    )
    return (max(low, told[0][1]), min(high, told[-1][1])) if told else (low, high)


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
