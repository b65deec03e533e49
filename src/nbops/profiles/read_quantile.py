"""Read a quantile off the counts of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.profiles.column import Column


def read_quantile(column: Column, probability: float) -> float:
    """Return the value below which the share *probability* of the rows lies, interpolated within its bin.

    Args:
        column: With edges and at least one value.
        probability: From 0 to 1.
    """
    low = column.low if column.low is not None else column.edges[0]
    high = column.high if column.high is not None else column.edges[-1]
    limits = [min(low, column.edges[0]), *column.edges, max(high, column.edges[-1])]
    counts = column.cells[:-1]
    wanted = probability * sum(counts)
    for cell, rows in enumerate(counts):
        if rows and wanted <= rows:
            return limits[cell] + (limits[cell + 1] - limits[cell]) * wanted / rows
        wanted -= rows
    return limits[-1]
