"""Fold away what could tell about a few persons. This reduces disclosure; it is not differential privacy."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.profiles.column import Column
from nbops.profiles.profile import Profile

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 10


def publish(profile: Profile) -> Profile:
    """Return a copy of *profile* in which no value held by fewer than ten rows stands by itself.

    Rare categories join `other`, bins of fewer than ten rows their neighbour, and extreme values give way to the
    0.1 % and 99.9 % points. Sketches are left out, against which known values could be tried, and so are means of
    vectors of fewer than ten rows and bins of their texts' words. A profile without sketches merges as any other, but
    tells of different values only how many there are at least.
    """
    if profile.published:
        return profile
    columns = {name: _folded(_without_traces(column)) for name, column in profile.columns.items()}
    return replace(profile, columns=columns, published=True)


def _without_traces(column: Column) -> Column:
    vector = column.vector
    if vector is not None:
        enough = column.rows - column.missing >= FEWEST
        counts = column.window_cells()[:, :-1].sum(axis=1) if column.windows else None
        dated = counts is None or bool(((counts >= FEWEST) | (counts == 0)).all())
        vector = replace(vector, mean=vector.mean if enough else b"", windows=vector.windows if dated else b"")
    return replace(column, sketch=b"", vector=vector)


def _folded(column: Column) -> Column:
    if column.labels:
        kept = [cell for cell, rows in enumerate(column.cells[: len(column.labels)]) if rows >= FEWEST]
        groups = [[cell] for cell in kept]
        rest = [cell for cell in range(len(column.labels) + 1) if cell not in set(kept)]
        groups += [rest, [len(column.cells) - 1]]
        labels = tuple(column.labels[cell] for cell in kept)
        closed = column.closed and len(kept) == len(column.labels)
        return replace(_regrouped(column, groups), labels=labels, closed=closed, unlisted=())
    if column.edges:
        return _coarser(column)
    return column


def _coarser(column: Column) -> Column:
    bins = len(column.edges) + 1
    groups: list[list[int]] = [[0]]
    for cell in range(1, bins):
        if sum(column.cells[at] for at in groups[-1]) < FEWEST:
            groups[-1].append(cell)
        else:
            groups.append([cell])
    if len(groups) > 1 and sum(column.cells[at] for at in groups[-1]) < FEWEST:
        last = groups.pop()
        groups[-1] += last
    edges = tuple(column.edges[group[-1]] for group in groups[:-1])
    quantiles = {p: value for p, value in column.quantiles.items() if _shared(float(p), column)}
    low, high = quantiles.get("0.001"), quantiles.get("0.999")
    coarse = _regrouped(column, [*groups, [bins]])
    return replace(coarse, edges=edges, quantiles=quantiles, low=low, high=high)


def _shared(probability: float, column: Column) -> bool:
    return min(probability, 1 - probability) * (column.rows - column.missing) >= FEWEST


def _regrouped(column: Column, groups: Sequence[Sequence[int]]) -> Column:
    import numpy as np

    cells = tuple(sum(column.cells[at] for at in group) for group in groups)
    if not column.windows:
        return replace(column, cells=cells)
    counts = column.window_cells()
    folded = np.stack([counts[:, list(group)].sum(axis=1) for group in groups], axis=1)
    return replace(column, cells=cells, windows=folded.astype("<i4").tobytes())
