"""Judge every current window by itself and, each time a cycle is full, the cycle's windows together.

Counts add, so the second scale is free: a shift of the mix that single days hide stands out in a week. Alpha is the
share of healthy windows that may `warn`: a roll-up of k windows has half of it, which costs each window 1/(2k) of
alpha, and the window's own limit has the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.monitoring.judging.calibrate import (
    Counts,
    Scores,
    Shuffles,
    chance,
    conformal_limit,
    largest,
    limit_between,
    rotate,
    score_shuffles,
)
from nbops.monitoring.judging.judge import ALERT_SHARE
from nbops.monitoring.judging.ladder import climb
from nbops.monitoring.judging.measures import measures_of
from nbops.monitoring.judging.report import ALERT, OK, WARN

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

ROLLED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Step:
    """What one window showed; as in `WindowDrift`."""

    score: float
    state: str
    columns: tuple[str, ...]
    rolled: int = 0
    together: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """Scores of the current windows: of all columns by name, their largest, and which are worth an `alert`."""

    each: dict[str, np.ndarray]
    most: np.ndarray
    far: np.ndarray


def walk(
    columns: Mapping[str, Counts], scores: Mapping[str, Scores], length: int, alpha: float
) -> tuple[tuple[Step, ...], int]:
    """Judge the current windows one after the other, oldest first.

    Args:
        columns: Counts of each column; *scores* are those of its windows.
        scores: By column.
        length: Windows of a roll-up.
        alpha: Share of healthy windows that may reach `warn`.

    Returns:
        One step a window, and the length of the roll-ups: 0 where the reference is too short for any.
    """
    windows = len(next(iter(scores.values())).reference)
    rolled = length if _long_enough(windows, length, alpha) else 0
    near = _near(columns, scores, alpha * (1 - ROLLED_SHARE / rolled) if rolled else alpha, alpha / ALERT_SHARE)
    steps: list[Step] = []
    single: list[str] = []
    sums: list[str] = []
    places = rotate(windows, rolled, rolled) if rolled else None
    for at in range(len(near.most)):
        found = ALERT if near.far[at] else WARN if near.most[at] > 1 else OK
        state = climb(found, single)[0]
        single.append(found)
        names = _farthest({name: float(values[at]) for name, values in near.each.items()})
        if places is None or (at + 1) % rolled:
            steps.append(Step(float(near.most[at]), state, names))
            continue
        together, others = _roll_up(columns, places, slice(at + 1 - rolled, at + 1), alpha * ROLLED_SHARE)
        sums.append(WARN if together > 1 else OK)
        longer = climb(sums[-1], sums[:-1])[0]
        state = max(state, longer, key=(OK, WARN, ALERT).index)
        names = tuple(dict.fromkeys([*names, *others]))
        steps.append(Step(float(near.most[at]), state, names, rolled, together))
    return tuple(steps), rolled


def _long_enough(windows: int, length: int, alpha: float) -> bool:
    """Say whether a roll-up can be told from as many places as it has, and windows keep a limit beside it."""
    places = windows + length
    own = alpha * (1 - ROLLED_SHARE / length) * (windows + 1)
    return length > 1 and places * alpha * ROLLED_SHARE >= 1 and own >= 1 and windows >= 4 * length


def _near(columns: Mapping[str, Counts], scores: Mapping[str, Scores], alpha: float, tiny: float) -> _Near:
    """Score the windows against the limit, 1 being the limit; what is too small to matter scores 0."""
    import numpy as np

    own = largest([one.reference for one in scores.values()])
    limit, far = limit_between(own, alpha), conformal_limit(own, tiny)
    scale = limit if 0 < limit < float("inf") else 1.0
    each, beyond = {}, np.zeros(len(next(iter(scores.values())).current), dtype=bool)
    for name, one in scores.items():
        effects = np.array([kind.effect for kind in measures_of(columns[name].column)])
        each[name] = np.where(one.raw >= effects, np.maximum(one.current, 0), 0).max(axis=1) / scale
        beyond |= ((one.raw >= 2 * effects) & (one.current > far)).any(axis=1)
    if limit == float("inf"):
        each = {name: np.minimum(values, 1.0) for name, values in each.items()}
    most = np.max(list(each.values()), axis=0)
    return _Near(each, most, beyond & (most > 1))


def _roll_up(
    columns: Mapping[str, Counts], places: Shuffles, part: slice, level: float
) -> tuple[float, tuple[str, ...]]:
    """Return how far some windows together lie out, 1 being the limit, and the columns beyond it."""
    import numpy as np

    gated = {}
    for name, counts in columns.items():
        one = Counts(counts.column, counts.reference, counts.current[part])
        scores, raw, _, _ = score_shuffles(one, places)
        effects = [kind.effect for kind in measures_of(counts.column)]
        gated[name] = np.where(raw < effects, 0, np.maximum(scores, 0)).max(axis=1)
    most = np.max(list(gated.values()), axis=0)
    limit = float(np.sort(most[1:])[::-1][int(level * len(most) + 1e-9) - 1])
    found = chance(most) <= level and most[0] > 0
    ratio = float(most[0] / limit) if limit > 0 else 2.0 if found else 0.0
    ratio = max(ratio, 1 + 1e-3) if found else min(ratio, 1.0)
    names = _farthest({name: float(values[0] / max(limit, 1e-9)) for name, values in gated.items()}) if found else ()
    return ratio, names


def _farthest(scores: Mapping[str, float]) -> tuple[str, ...]:
    return tuple(sorted((name for name, score in scores.items() if score > 1), key=lambda name: -scores[name]))
