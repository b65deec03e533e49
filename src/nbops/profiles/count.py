"""Count one column: values in, `Column` out. One pass of comparisons in blocks that stay in the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.profiles.column import EMPTY, FEATURE, OPAQUE, TIME, Column
from nbops.profiles.windows import iso

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.values import Values

UNLISTED, MANY_UNLISTED = 5, 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What all columns of one table, or of one part of it, share.

    Attributes:
        count: Number of rows.
        total: Rows of the whole table.
        sample: Rows that quantiles are estimated from, or None for all.
        ordinals: Number of each sampled row within the sample of the whole table.
        window: Index of every row's window, -1 for none; None without windows.
        windows: Number of windows.
        part: More parts follow: what can only be told of all of them is left out, and what is counted is kept in full.
        held_out: Words are counted only in rows that did not teach the vocabulary.
    """

    count: int
    total: int = 0
    sample: np.ndarray | None = None
    ordinals: np.ndarray | None = None
    window: np.ndarray | None = None
    windows: int = 0
    part: bool = False
    held_out: bool = False

    def sampled(self, values: np.ndarray) -> np.ndarray:
        """Return those of *values*, shape (rows, …), whose rows are in the sample."""
        return values if self.sample is None else values[self.sample]


def count(values: Values, rows: Rows, *, role: str = FEATURE, like: Column | None = None) -> Column:
    """Count *values* in cells of their own, or in those of *like* where the two are of one family."""
    from nbops.profiles.count_labels import count_labels
    from nbops.profiles.count_numbers import count_numbers
    from nbops.profiles.count_vectors import count_vectors

    like = like if like is not None and like.family not in {EMPTY, OPAQUE} else None
    if values.numbers is not None:
        return count_numbers(values, values.numbers, rows, role, like)
    if values.codes is not None:
        return count_labels(values, values.codes, rows, role, like)
    if values.vectors is not None:
        return count_vectors(values, rows, role, like)
    import numpy as np

    missing = values.missing if values.missing is not None else np.zeros(rows.count, dtype=bool)
    cells, windows = tally(missing.astype(np.uint8), 2, rows)
    first = last = None
    if values.seconds is not None and not missing.all():
        known = values.seconds[~missing]
        first, last = iso(known.min()), iso(known.max())
    kind = TIME if values.family == TIME else EMPTY if rows.count and missing.all() else OPAQUE
    return Column(values.name, kind, values.dtype, cells, role, first=first, last=last, windows=windows)


def tally(cell: np.ndarray, cells: int, rows: Rows) -> tuple[tuple[int, ...], bytes]:
    """Add up how many rows are in each cell, and in each cell of each window."""
    import numpy as np

    total = tuple(np.bincount(cell, minlength=cells).tolist())
    if rows.window is None:
        return total, b""
    flat = rows.window * cells + cell
    inside = flat if rows.window.min(initial=0) >= 0 else flat[rows.window >= 0]
    return total, np.bincount(inside, minlength=rows.windows * cells).astype("<i4").tobytes()
