"""Judge many windows at two scales: their sum against the reference, and how many of them lie beyond the limit.

Alpha is shared evenly by the two families of columns, features and outcomes; within a family the sum has four fifths
of it, because that is where a lasting change shows, and the count one fifth.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.monitoring.calibrate import (
    Counts,
    Shuffles,
    chance,
    conformal_limit,
    count_beyond,
    family_of,
    largest,
    score_shuffles,
    score_windows,
    shuffle,
    step_down,
)
from nbops.monitoring.judge import ALERT_SHARE, Judgement, Reading
from nbops.monitoring.measures import measures_of
from nbops.monitoring.report import Question, WindowDrift
from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nbops.profiles.profile import Profile

_DAY, _WEEK = 86_400, 604_800
_FOR_SUM = 0.8
_TOGETHER, _BEYOND = "all windows together", "windows beyond the limit"


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What one family of columns showed.

    Attributes:
        readings: By column.
        questions: At both scales.
        scores: Of each current window, 1 being the limit; shape (current windows,).
        columns: Score of each current window by column, 1 being the limit.
    """

    readings: dict[str, Reading]
    questions: tuple[Question, Question]
    scores: np.ndarray
    columns: dict[str, np.ndarray]


def judge_windows(
    reference: Profile, current: Profile, names: Sequence[str], alpha: float, ours: list[int], theirs: list[int]
) -> Judgement:
    """Judge *current*, cut into the windows *theirs*, by shuffling stretches of windows between the two sides."""
    import numpy as np

    shuffles = shuffle(len(ours), len(theirs), cycle(str(reference.window)))
    columns = {
        name: Counts(
            reference.columns[name],
            reference.columns[name].window_cells()[ours].astype(float),
            current.columns[name].window_cells()[theirs].astype(float),
        )
        for name in names
    }
    kinds = list(dict.fromkeys(family_of(reference.columns[name].role) for name in names))
    families = []
    for kind in kinds:
        members = {name: counts for name, counts in columns.items() if family_of(counts.column.role) == kind}
        families.append(_judge_family(kind, members, shuffles, alpha, alpha / len(kinds)))
    scores = np.max([family.scores for family in families], axis=0)
    each = {name: score for family in families for name, score in family.columns.items()}
    windows = tuple(
        WindowDrift(
            current.starts[at], current.window_rows[at], float(scores[place]), bool(scores[place] > 1),
            _farthest({name: float(score[place]) for name, score in each.items()}),
        )
        for place, at in enumerate(theirs)
    )  # fmt: skip
    method = (
        f"limits from {len(ours)} windows of {reference.window}, dealt anew in stretches of {shuffles.length}: "
        f"{alpha:.3g} of healthy datasets exceed any of them"
    )
    readings = {name: reading for family in families for name, reading in family.readings.items()}
    questions = tuple(question for family in families for question in family.questions)
    return Judgement(readings, method, questions, windows, (len(ours), len(theirs)))


def cycle(window: str) -> int:
    """Return how many windows make the cycle that neighbours share: a day of hours, a week of days, four weeks."""
    seconds = window_seconds(window)
    return _DAY // seconds if seconds < _DAY else _WEEK // seconds if seconds < _WEEK else 4


def _farthest(scores: dict[str, float]) -> tuple[str, ...]:
    return tuple(sorted((name for name, score in scores.items() if score > 1), key=lambda name: -scores[name]))


def _judge_family(kind: str, columns: dict[str, Counts], shuffles: Shuffles, alpha: float, share: float) -> Family:
    level, rare = share * _FOR_SUM, share * (1 - _FOR_SUM)
    scores = {name: score_windows(counts) for name, counts in columns.items()}
    readings, together = _read_together(columns, shuffles, level)
    own = largest([one.reference for one in scores.values()])
    now = largest([one.current for one in scores.values()])
    limit = conformal_limit(own, alpha)
    beyond = count_beyond(own, now, shuffles, alpha)
    most = int(_sorted(beyond)[int(rare * len(beyond))])
    often = Question(_BEYOND, kind, chance(beyond), rare, int((now > limit).sum()), most)
    scale = limit if limit > 0 else 1.0
    each = {name: one.current.max(axis=1) / scale for name, one in scores.items()}
    if often.chance <= rare:
        for name in _most_often(each, most):
            if not readings[name].drifted:
                share_beyond = float((each[name] > 1).mean())
                large = often.chance <= rare / ALERT_SHARE
                readings[name] = Reading(_BEYOND, share_beyond, min(most / len(now), share_beyond), True, large)  # noqa: FBT003
    return Family(readings, (Question(_TOGETHER, kind, together, level), often), now / scale, each)


def _read_together(columns: dict[str, Counts], shuffles: Shuffles, level: float) -> tuple[dict[str, Reading], float]:
    """Read every column off the sums; a difference below its measure's effect is none."""
    import numpy as np

    parts = {name: score_shuffles(counts, shuffles) for name, counts in columns.items()}
    gated = {}
    for name, (values, raw, _, _) in parts.items():
        kept = values.copy()
        kept[0, raw < [one.effect for one in measures_of(columns[name].column)]] = -np.inf
        gated[name] = kept.max(axis=1)
    chances, limits = step_down(gated, level)
    readings = {}
    for name, (values, raw, centre, spread) in parts.items():
        kinds, at = measures_of(columns[name].column), int(values[0].argmax())
        value, effect = float(raw[at]), kinds[at].effect
        found = chances[name] <= level
        if found and value < effect:
            at = int(np.where(raw >= [one.effect for one in kinds], values[0], -np.inf).argmax())
            value, effect = float(raw[at]), kinds[at].effect
        threshold = max(float(centre[at] + limits[name] * spread[at]), effect)
        large = chances[name] <= level / ALERT_SHARE and value >= 2 * effect
        readings[name] = Reading(kinds[at].name, value, threshold, found, large)
    return readings, min(chances.values())


def _most_often(each: dict[str, np.ndarray], most: int) -> set[str]:
    often = {name for name, scores in each.items() if (scores > 1).sum() > most}
    return often or {max(each, key=lambda name: float((each[name] > 1).sum()))}


def _sorted(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.sort(values)[::-1]
