"""Judge many windows at two scales: their sum against the reference, and how many of them lie beyond the limit.

Alpha is shared evenly by the two families of columns, features and outcomes. Of the features' half the sum has four
fifths, because that is where a lasting change shows, and the count one fifth. Outcomes are judged by their sum alone:
single days on which a model errs are what storms are made of. Where a few windows can only be moved as one stretch, the
sum has all of it: so few places tell no smaller chances, and what lasts decides about an `alert`, as on the ladder.

Beside the dataset, every window has a state of its own, see `trail`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from nbops.monitoring.judging.report import ALERT, UNKNOWN, Question, WindowDrift
from nbops.monitoring.judging.sentences import percent
from nbops.monitoring.judging.trail import walk
from nbops.profiles.windows import counts_rows, window_seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.profiles.profile import Profile

_DAY, _WEEK, _FOUR = 86_400, 604_800, 4
_FOR_SUM = 0.8
_OFTEN = "windows beyond the limit"


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What one family of columns showed.

    Attributes:
        readings: By column.
        questions: What it was asked.
    """

    readings: dict[str, Reading]
    questions: tuple[Question, ...]


def judge_windows(
    reference: Profile, current: Profile, names: Sequence[str], alpha: float, ours: list[int], theirs: list[int]
) -> Judgement:
    """Judge *current*, cut into the windows *theirs*, by shuffling stretches of windows between the two sides."""
    columns = {
        name: Counts(
            reference.columns[name],
            window_counts(reference.columns[name], reference.columns[name])[ours],
            window_counts(current.columns[name], reference.columns[name])[theirs],
        )
        for name in names
    }
    scores = {name: score_windows(counts) for name, counts in columns.items()}
    kinds = list(dict.fromkeys(family_of(reference.columns[name].role) for name in names))
    length = cycle(str(reference.window))
    shuffles = shuffle(len(ours), len(theirs), length, alpha / len(kinds))
    families = []
    for kind in kinds:
        members = {name: counts for name, counts in columns.items() if family_of(counts.column.role) == kind}
        families.append(_judge_family(kind, members, scores, shuffles, alpha, alpha / len(kinds)))
    windows, rolled = _trail(current, theirs, columns, scores, length, alpha)
    readings = {name: reading for family in families for name, reading in family.readings.items()}
    if shuffles.rotated:
        lasting = _lasting(windows, columns, scores)
        readings = {
            name: replace(one, large=one.large or (one.drifted and name in lasting)) for name, one in readings.items()
        }
    questions = tuple(question for family in families for question in family.questions)
    method = _method(reference, len(ours), shuffles, len(theirs), alpha)
    method += f"; each window by itself and every {rolled} together" if rolled else "; each window by itself"
    return Judgement(readings, method, questions, windows, (len(ours), len(theirs)))


def _method(reference: Profile, windows: int, shuffles: Shuffles, current: int, alpha: float) -> str:
    how = f"stretches of {current} moved through all" if shuffles.rotated else (
        f"dealt anew in stretches of {shuffles.length}"
    )  # fmt: skip
    told = f"limits from {windows} windows of {reference.window}, {how}: "
    told += f"at most {percent(alpha)} of healthy datasets exceed any of them"
    rest = int((shuffles.current < 0).sum())
    return told + (f" (the oldest {rest} of {current} current windows fill no stretch)" if rest else "")


def _trail(
    current: Profile,
    judged: list[int],
    columns: dict[str, Counts],
    scores: dict[str, Scores],
    length: int,
    alpha: float,
) -> tuple[tuple[WindowDrift, ...], int]:
    """Give every window its state; one with too few rows is `unknown`."""
    steps, rolled = walk(columns, scores, length, alpha)
    told = dict(zip(judged, steps, strict=True))
    windows = []
    for at, (start, rows) in enumerate(zip(current.starts, current.window_rows, strict=True)):
        step = told.get(at)
        if step is None:
            windows.append(WindowDrift(start, rows, 0.0, exceeded=False, state=UNKNOWN))
            continue
        seen = step.score, step.score > 1, step.columns, step.state, step.rolled, step.together
        windows.append(WindowDrift(start, rows, *seen))
    return tuple(windows), rolled


def _lasting(windows: tuple[WindowDrift, ...], columns: dict[str, Counts], scores: dict[str, Scores]) -> set[str]:
    """Return the columns that are beyond the limit, far enough to matter twice over, in most windows on `alert`."""
    import numpy as np

    judged = sum(one.state != UNKNOWN for one in windows)
    called = [name for one in windows if one.state == ALERT for name in one.columns]
    found = {name for name in called if judged > 1 and called.count(name) > judged / 2}
    effects = {name: np.array([kind.effect for kind in measures_of(columns[name].column)]) for name in found}
    return {name for name in found if (np.median(scores[name].raw, axis=0) >= 2 * effects[name]).any()}


def cycle(window: str) -> int:
    """Return how many windows make the cycle that neighbours share: a day of hours, a week of days, four weeks.

    Windows of so many rows have no calendar: four of them.
    """
    if counts_rows(window):
        return _FOUR
    seconds = window_seconds(window)
    return _DAY // seconds if seconds < _DAY else _WEEK // seconds if seconds < _WEEK else _FOUR


def _judge_family(
    kind: str, columns: dict[str, Counts], scores: dict[str, Scores], shuffles: Shuffles, alpha: float, share: float
) -> Family:
    counted = kind == FEATURES and not shuffles.rotated
    level = share * _FOR_SUM if counted else share
    readings, least = _read_together(columns, shuffles, level)
    questions = [Question("all windows together", kind, least, level)]
    if counted:
        often, beyond = _ask_how_often({name: scores[name] for name in columns}, shuffles, alpha, share - level)
        questions.append(often)
        readings |= _read_often(beyond, often, readings)
    return Family(readings, tuple(questions))


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
