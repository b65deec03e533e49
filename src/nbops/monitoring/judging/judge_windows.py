"""Judge many windows at two scales: their sum against the reference, and how many of them lie beyond the limit.

Alpha is shared evenly by the two families of columns, features and outcomes. Of the features' half the sum has four
fifths, because that is where a lasting change shows, and the count one fifth. Outcomes are judged by their sum alone:
single days on which a model errs are what storms are made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import TYPE_CHECKING

from nbops.monitoring.judging.calibrate import (
    FEATURES,
    Counts,
    Scores,
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
from nbops.monitoring.judging.extras import window_counts
from nbops.monitoring.judging.judge import ALERT_SHARE, Judgement, Reading, Spread, read
from nbops.monitoring.judging.measures import measures_of
from nbops.monitoring.judging.report import Question, WindowDrift
from nbops.monitoring.judging.sentences import percent
from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nbops.profiles.profile import Profile

_DAY, _WEEK = 86_400, 604_800
_FOR_SUM = 0.8
_OFTEN = "windows beyond the limit"


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What one family of columns showed.

    Attributes:
        readings: By column.
        questions: What it was asked.
        scores: Of each current window, 1 being the limit; shape (current windows,).
        columns: Score of each current window by column, 1 being the limit.
    """

    readings: dict[str, Reading]
    questions: tuple[Question, ...]
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
            window_counts(reference.columns[name], reference.columns[name])[ours],
            window_counts(current.columns[name], reference.columns[name])[theirs],
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
        f"at most {percent(alpha)} of healthy datasets exceed any of them"
    )
    rest = int((shuffles.current < 0).sum())
    method += f" (the oldest {rest} of {len(theirs)} current windows fill no stretch)" if rest else ""
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
    counted = kind == FEATURES
    level = share * _FOR_SUM if counted else share
    readings, least = _read_together(columns, shuffles, level)
    questions = [Question("all windows together", kind, least, level)]
    scores = {name: score_windows(counts) for name, counts in columns.items()}
    own = largest([one.reference for one in scores.values()])
    now = largest([one.current for one in scores.values()])
    limit = conformal_limit(own, alpha)
    scale = limit if 0 < limit < float("inf") else 1.0
    each = {name: one.current.max(axis=1) / scale for name, one in scores.items()}
    if counted:
        often, beyond = _ask_how_often(scores, shuffles, alpha, share - level)
        questions.append(often)
        readings |= _read_often(beyond, often, readings)
    return Family(readings, tuple(questions), now / scale, each)


def _ask_how_often(
    scores: dict[str, Scores], shuffles: Shuffles, alpha: float, level: float
) -> tuple[Question, dict[str, tuple[int, float]]]:
    """Ask whether more windows lie beyond the limit than shuffles give, then again without the column most often there.

    Returns:
        The first question, and windows beyond the limit and chance of each column found.
    """
    import numpy as np

    judged = int((shuffles.current >= 0).sum())
    left, first = dict(scores), None
    found: dict[str, tuple[int, float]] = {}
    while left:
        own, now = (largest([getattr(one, side) for one in left.values()]) for side in ("reference", "current"))
        beyond = count_beyond(own, now, shuffles, alpha)
        seen = max(chance(beyond), *(reached for _, reached in found.values()), 0.0)
        first = first or Question(_OFTEN, FEATURES, seen, level, int(beyond[0]), usual(judged, alpha, level), judged)
        if seen > level:
            break
        limit = conformal_limit(own, alpha)
        inside = shuffles.current >= 0
        counts = {name: int((one.current.max(axis=1) > limit)[inside].sum()) for name, one in left.items()}
        worst = max(counts, key=lambda name: (counts[name], float(np.max(left[name].current))))
        found[worst] = counts[worst], seen
        del left[worst]
    assert first is not None, "a family has columns"
    return first, found


def usual(windows: int, alpha: float, level: float) -> int:
    """Return the most windows beyond the limit that independent healthy ones show, except with chance *level*."""
    most, tail = windows, 0.0
    while most > 0 and (tail := tail + comb(windows, most) * alpha**most * (1 - alpha) ** (windows - most)) <= level:
        most -= 1
    return most


def _read_often(
    beyond: dict[str, tuple[int, float]], often: Question, readings: dict[str, Reading]
) -> dict[str, Reading]:
    judged, most = often.windows or 1, often.expected or 0
    return {
        name: Reading(
            _OFTEN, count / judged, min(most, count - 1) / judged, drifted=True, large=seen <= often.level / ALERT_SHARE
        )
        for name, (count, seen) in beyond.items()
        if not readings[name].drifted and count
    }


def _read_together(columns: dict[str, Counts], shuffles: Shuffles, level: float) -> tuple[dict[str, Reading], float]:
    """Read every column off the sums; a difference below its measure's effect is none, in the truth as in shuffles."""
    import numpy as np

    parts = {name: score_shuffles(counts, shuffles) for name, counts in columns.items()}
    gated = {}
    for name, (scores, raw, _, _) in parts.items():
        effects = [one.effect for one in measures_of(columns[name].column)]
        gated[name] = np.where(raw < effects, -np.inf, scores).max(axis=1)
    chances, limits = step_down(gated, level)
    readings = {}
    for name, (_, raw, centre, spread) in parts.items():
        far, sure = chances[name] <= level, chances[name] <= level / ALERT_SHARE
        readings[name] = read(
            measures_of(columns[name].column), Spread(raw[0], centre, spread), limits[name], drifted=far, sure=sure
        )
    return readings, min(chances.values())
