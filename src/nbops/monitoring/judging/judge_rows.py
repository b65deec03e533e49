"""Decide without windows: assume that rows are independent, and draw both datasets from the pooled counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.calibrate import step_down
from nbops.monitoring.judging.extras import draw_extras, extras_of, whole_counts
from nbops.monitoring.judging.judge import Judgement, Spread, read
from nbops.monitoring.judging.measures import NEW, measure, measures_of
from nbops.monitoring.judging.report import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nbops.profiles.column import Column
    from nbops.profiles.profile import Profile

_DRAWS, _CELLS = 499, 32
PROVISIONAL = 0.01


def judge_rows(reference: Profile, current: Profile, names: Sequence[str], alpha: float) -> Judgement:
    """Hold *current* against a multinomial bootstrap of both datasets, with minimum effects.

    The promise holds only as far as rows are independent draws, which real days are not, so the judgement is
    provisional. Half of *alpha* may reach `alert`.
    """
    import numpy as np

    random = np.random.default_rng(0)
    parts, gated = {}, {}
    for name in names:
        column = reference.columns[name]
        counts = _fewer_cells(column, current.columns[name])
        drawn, raw = _draw(column, counts, random), measure(column, counts[1], counts[0])
        centre, spread = drawn.mean(axis=0), np.maximum(drawn.std(axis=0), 1e-9)
        both = np.vstack([raw, drawn])
        small = both < [one.effect for one in measures_of(column)]
        gated[name] = np.where(small, -np.inf, (both - centre) / spread).max(axis=1)
        parts[name] = Spread(raw, centre, spread)
    chances, limits = step_down(gated, alpha) if names else ({}, {})
    readings = {}
    for name, part in parts.items():
        far, sure = chances[name] <= alpha, chances[name] <= alpha / 2
        readings[name] = read(measures_of(reference.columns[name]), part, limits[name], drifted=far, sure=sure)
    method = (
        "limits from draws of independent rows, which days seldom are; a reference with a time column and 20 or more "
        "windows would calibrate them"
    )
    test = Question("independent rows", "all columns", min(chances.values(), default=1.0), alpha)
    return Judgement(readings, method, (test,), provisional=True)


def _fewer_cells(column: Column, current: Column) -> np.ndarray:
    """Join rare cells, so that draws stay cheap and small counts do not dominate; shape (2, cells)."""
    import numpy as np

    counts = np.array([whole_counts(column, column), whole_counts(current, column)])
    values = counts[:, :-1]
    if values.shape[1] <= _CELLS or column.edges:
        return counts
    unseen = values[0] == 0
    order = np.argsort(-values[0], kind="stable")
    order = order[~unseen[order]]
    kept, rest = order[: _CELLS - 2], order[_CELLS - 2 :]
    joined = [values[:, rest].sum(axis=1), values[:, unseen].sum(axis=1), counts[:, -1]]
    return np.column_stack([values[:, kept], *joined])


def _draw(column: Column, counts: np.ndarray, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    both, counts = counts, counts[:, : len(column.cells)] if extras_of(column) else counts
    pooled = counts.sum(axis=0)
    shares = pooled / max(pooled.sum(), 1)
    now, before = (random.multinomial(int(rows), shares, size=_DRAWS) for rows in (counts[1].sum(), counts[0].sum()))
    drawn = np.asarray(measure(column, now, before))
    if column.edges:
        drawn[:, measures_of(column).index(NEW)] = _draw_outside(counts, random)
    if extras_of(column):
        drawn = np.hstack([drawn, draw_extras(column, both, random, _DRAWS)])
    return drawn


def _draw_outside(counts: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw the share of current rows outside the reference's range.

    The range was read off the reference, so bins cannot tell: of m new rows k lie beyond the largest of n with a chance
    of about (m / (n + m))ᵏ, whatever the distribution, and the same holds at the other end.
    """
    import numpy as np

    before, now = (max(float(rows), 1.0) for rows in counts[:, :-1].sum(axis=1))
    beyond = random.geometric(before / (before + now), size=(_DRAWS, 2)) - 1
    return np.asarray(beyond.sum(axis=1) / max(float(counts[1].sum()), 1.0))
