"""What vectors and texts are judged by beside their cells: sums that add up over windows as counts do.

Rows of counts are made longer by these sums, so whatever holds windows against each other (leaving one out, dealing
blocks anew) treats them as it treats cells, and all fall under the one limit on the largest score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.measures import Measure, share_apart, spread_apart
from nbops.profiles.vector import FEATURES

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.column import Column

PLACE = Measure("vector distance", 0.01, 0.05)
WORDS = Measure("words per text", 0.01, 0.05)
UNKNOWN = Measure("unknown words", 0.01, 0.03)


def extras_of(column: Column) -> int:
    """Return how many sums follow the cells of a reference's *column*; none where it has windows but not of these."""
    vector, words = column.vector, column.words
    if vector is not None and vector.mean and (vector.windows or not column.windows):
        return FEATURES
    if words is not None and (words.windows or not column.windows):
        return len(words.edges) + 3
    return 0


def measures_of_extras(column: Column) -> tuple[Measure, ...]:
    """Name the measures of the sums that follow the cells."""
    return () if not extras_of(column) else (PLACE,) if column.vector is not None else (WORDS, UNKNOWN)


def window_counts(column: Column, reference: Column) -> np.ndarray:
    """Return cells and extras of each window, shape (windows, cells + extras).

    Extras are: of vectors the sums of their 256 random features; of texts the texts by their number of words, known
    and unknown words. A side that has none, because it was published, is taken to be as the reference.
    """
    import numpy as np

    cells = column.window_cells().astype(float)
    if not extras_of(reference):
        return cells
    if reference.vector is not None:
        known = cells[:, :-1].sum(axis=1, keepdims=True)
        own = column.vector if column.vector is not None and column.vector.windows else None
        return np.hstack([cells, known * (reference.vector.means() if own is None else own.window_means())])
    if column.words is not None and column.words.windows:
        return np.hstack([cells, column.words.window_counts()])
    return np.hstack([cells, np.zeros((len(cells), extras_of(reference)))])


def whole_counts(column: Column, reference: Column) -> np.ndarray:
    """Return cells and extras of all rows, shape (cells + extras,)."""
    import numpy as np

    cells = np.array(column.cells, dtype=float)
    if not extras_of(reference):
        return cells
    if reference.vector is not None:
        vector = column.vector if column.vector is not None and column.vector.mean else reference.vector
        return np.concatenate([cells, cells[:-1].sum() * vector.means()])
    words = column.words
    counted = np.zeros(extras_of(reference)) if words is None else [*words.cells, words.known, words.unknown]
    return np.concatenate([cells, counted])


def measure_extras(column: Column, current: np.ndarray, reference: np.ndarray) -> list[np.ndarray]:
    """Hold cells and extras against each other, shape (…, cells + extras); one value of shape (…) per measure."""
    import numpy as np

    cells = len(column.cells)
    now, before = current[..., cells:], reference[..., cells:]
    if column.vector is not None:
        rows = current[..., : cells - 1].sum(axis=-1), reference[..., : cells - 1].sum(axis=-1)
        return [_feature_distance(now, before, *rows)]
    known = (now[..., -2:].sum(axis=-1) > 0) & (before[..., -2:].sum(axis=-1) > 0)
    return [
        spread_apart(now[..., :-2], before[..., :-2]) * known,
        np.abs(share_apart(now[..., -2:]) - share_apart(before[..., -2:])) * known,
    ]


def draw_extras(column: Column, counts: np.ndarray, random: np.random.Generator, draws: int) -> np.ndarray:
    """Draw what the measures would be if rows of both sides were independent draws of one distribution.

    Distances of vectors are drawn as a chi-square of as many degrees of freedom as the features have in effect
    (Satterthwaite); of unknown words each text is taken to be a single draw, as its words go together.

    Args:
        column: Of the reference.
        counts: Cells and extras of the reference and of the current data, shape (2, cells + extras).
        random: Where chance comes from.
        draws: How many.

    Returns:
        Shape (draws, measures).
    """
    import numpy as np

    cells = len(column.cells)
    extras = counts[:, cells:]
    if column.vector is not None:
        rows = np.maximum(counts[:, : cells - 1].sum(axis=1), 1)
        spread = max(1 - float(np.square(extras.sum(axis=0) / rows.sum()).sum()), 0.0) * (1 / rows).sum()
        freedom = column.vector.freedom
        left = spread * (random.chisquare(freedom, draws) / freedom - 1)
        return np.asarray(np.sign(left) * np.sqrt(np.abs(left)))[:, None]
    before, now = extras[:, :-2]
    pooled = before + now
    shares = pooled / pooled.sum() if pooled.sum() else np.full(len(pooled), 1 / len(pooled))
    drawn = [random.multinomial(int(side.sum()), shares, size=draws) for side in (now, before)]
    unknown = float(share_apart(extras[:, -2:].sum(axis=0)))
    parts = [random.binomial(max(int(side.sum()), 1), unknown, draws) / max(side.sum(), 1) for side in (now, before)]
    return np.column_stack([spread_apart(*drawn), np.abs(parts[0] - parts[1])])


def tell_extras(reference: Column, current: Column, measure: str) -> str:
    """Say what *measure* saw; empty where it is none of these."""
    if measure == PLACE.name:
        return "vectors lie elsewhere"
    if measure == WORDS.name:
        return "other numbers of words"
    if measure != UNKNOWN.name or reference.words is None or current.words is None:
        return ""
    before, now = reference.words.share_unknown, current.words.share_unknown
    return f"unknown words {before:.1%} → {now:.1%}".replace("%", " %")


def _feature_distance(now: np.ndarray, before: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return how far means of random features lie apart, beyond what as few vectors differ by chance.

    The squared distance of two means estimates the squared maximum mean discrepancy; independent vectors of one
    distribution raise it by (1 - ‖mean‖²)(1/n + 1/m), as each row of features has length 1, which is taken off. The
    answer is the square root of what is left, with its sign.
    """
    import numpy as np

    n, m = np.maximum(rows, 1), np.maximum(others, 1)
    one, two = now / n[..., None], before / m[..., None]
    spread = np.maximum(1 - np.square(two).sum(axis=-1), 0)
    left = np.square(one - two).sum(axis=-1) - spread * (1 / n + 1 / m)
    return np.where((rows > 0) & (others > 0), np.sign(left) * np.sqrt(np.abs(left)), 0.0)
