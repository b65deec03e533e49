"""Decide how far current counts lie beyond what the reference itself does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbops.monitoring.calibrate import (
    FEWEST_WINDOWS,
    Counts,
    Scores,
    chance,
    conformal_limit,
    count_beyond,
    score_shuffles,
    score_windows,
    shuffle,
    step_down,
)
from nbops.monitoring.measures import Measure, measures_of
from nbops.monitoring.report import WindowDrift
from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from nbops.profiles.profile import Profile

ALERT_SHARE = 6  # of datasets that may reach `warn`, one in six may reach `alert`: 5 % and 0.83 %
_SHORT = 0.3
_DAY, _WEEK = 86_400, 604_800


@dataclass(frozen=True, slots=True)
class Reading:
    """One column's verdict: the measure that lies farthest out, its value and limit."""

    measure: str
    statistic: float
    threshold: float
    drifted: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the statistics say.

    Attributes:
        readings: By column.
        warn, alert: Whether the dataset reaches these.
        method: How, in one sentence.
        chances: Test → how often healthy data look at least like this.
        windows, limit, expected: As in `DriftReport`.
        judged: Reference and current windows that were judged.
        provisional: Rows were assumed to be independent.
        notes: What limits the judgement.
    """

    readings: Mapping[str, Reading]
    warn: bool
    alert: bool
    method: str
    chances: Mapping[str, float]
    windows: tuple[WindowDrift, ...] = ()
    limit: float | None = None
    expected: int | None = None
    judged: tuple[int, int] = (0, 0)
    provisional: bool = False
    notes: tuple[str, ...] = field(default=())


def judge_windows(reference: Profile, current: Profile, names: Sequence[str], alpha: float) -> Judgement | None:
    """Hold *current* against limits from the reference's windows; None where it has fewer than 20 or nothing to judge."""
    ours = _long_windows(reference)
    if len(ours) < FEWEST_WINDOWS or not names:
        return None
    theirs = _long_windows(current) if current.starts and current.window == reference.window else []
    columns = {name: _counts(reference, current, name, ours, theirs) for name in names}
    scores = {name: score_windows(counts) for name, counts in columns.items()}
    if len(theirs) > 1:
        return _judge_many(reference, current, (ours, theirs), columns, scores, alpha)
    return _judge_one(reference, current, (ours, theirs), scores, alpha)


def _long_windows(profile: Profile) -> list[int]:
    import numpy as np

    if not profile.starts:
        return []
    rows = np.array(profile.window_rows)
    return [int(at) for at in np.flatnonzero(rows >= _SHORT * np.median(rows))]


def _counts(reference: Profile, current: Profile, name: str, ours: list[int], theirs: list[int]) -> Counts:
    import numpy as np

    before, now = reference.columns[name], current.columns[name]
    there = now.window_cells()[theirs] if len(theirs) > 1 else np.array([now.cells])
    return Counts(before, before.window_cells()[ours].astype(float), there.astype(float))


def _judge_one(
    reference: Profile, current: Profile, kept: tuple[list[int], list[int]], scores: Mapping[str, Scores], alpha: float
) -> Judgement:
    """A current dataset of one window: its largest score against the reference's own."""
    import numpy as np

    own = _largest([one.reference for one in scores.values()])
    score = float(_largest([one.current for one in scores.values()])[0])
    limit, far = conformal_limit(own, alpha), conformal_limit(own, alpha / ALERT_SHARE)
    readings = {}
    for name, one in scores.items():
        at = int(one.current[0].argmax())
        threshold = float(one.centre[at] + limit * one.spread[at])
        measure = measures_of(reference.columns[name])[at]
        readings[name] = Reading(measure.name, float(one.raw[0, at]), threshold, float(one.current[0, at]) > limit)
    rank = (1 + int((own >= score).sum())) / (len(own) + 1)
    method = f"limits from {len(own)} windows of {reference.window}: {_share(alpha)} of healthy windows exceed them"
    usual = float(np.median([reference.window_rows[at] for at in kept[0]]))
    notes = []
    if current.rows > 1.5 * usual:
        notes.append(f"the current data are not cut into windows and were judged as one, though they have {current.rows / usual:.1f} windows' rows")  # fmt: skip
    beyond = tuple(name for name, reading in readings.items() if reading.drifted)
    windows = tuple(
        WindowDrift(current.starts[at], current.window_rows[at], score, score > limit, beyond) for at in kept[1]
    )
    return Judgement(
        readings, score > limit, score > far, method, {"window": rank}, windows, limit, None, (len(own), 1), False, tuple(notes)  # noqa: FBT003
    )  # fmt: skip


def _judge_many(
    reference: Profile,
    current: Profile,
    kept: tuple[list[int], list[int]],
    columns: Mapping[str, Counts],
    scores: Mapping[str, Scores],
    alpha: float,
) -> Judgement:
    """Many windows: their sum against the reference, and how many of them are beyond the limit; half of alpha each."""
    import numpy as np

    ours, theirs = (len(side) for side in kept)
    shuffles = shuffle(ours, theirs, _stretch(str(reference.window)))
    pooled = {name: score_shuffles(counts, shuffles) for name, counts in columns.items()}
    together, limits = step_down({name: one[0].max(axis=1) for name, one in pooled.items()}, alpha / 2)
    own, now = (_largest([getattr(one, side) for one in scores.values()]) for side in ("reference", "current"))
    limit = conformal_limit(own, alpha)
    beyond = count_beyond(own, now, shuffles, alpha)
    chances = {"all windows together": min(together.values()), "windows beyond the limit": chance(beyond)}
    most = int(np.sort(beyond)[::-1][int(alpha / 2 * len(beyond))])
    each = {name: one.current.max(axis=1) > limit for name, one in scores.items()}
    often = chances["windows beyond the limit"] <= alpha / 2
    named = _most_often(each, most) if often else set()
    readings = {}
    for name, (values, raw, centre, spread) in pooled.items():
        at = int(values[0].argmax())
        measure = measures_of(reference.columns[name])[at].name
        found = together[name] <= alpha / 2
        reading = Reading(measure, float(raw[at]), float(centre[at] + limits[name] * spread[at]), found)
        if name in named and not found:
            reading = Reading("windows beyond the limit", float(each[name].mean()), most / theirs, True)  # noqa: FBT003
        readings[name] = reading
    least = min(chances.values())
    order = sorted(each, key=lambda name: -float(scores[name].current.max()))
    windows = tuple(
        WindowDrift(
            current.starts[at], current.window_rows[at], float(now[place]), bool(now[place] > limit),
            tuple(name for name in order if each[name][place]),
        )
        for place, at in enumerate(kept[1])
    )  # fmt: skip
    method = (
        f"limits from {ours} windows of {reference.window}, dealt anew in stretches of {shuffles.length}: "
        f"{_share(alpha)} of healthy datasets exceed any of them"
    )
    return Judgement(
        readings, least <= alpha / 2, least <= alpha / 2 / ALERT_SHARE, method, chances, windows, limit, most, (ours, theirs)
    )  # fmt: skip


def _most_often(each: Mapping[str, np.ndarray], most: int) -> set[str]:
    often = {name for name, beyond in each.items() if beyond.sum() > most}
    return often or {max(each, key=lambda name: float(each[name].sum()))}


def _largest(scores: Sequence[np.ndarray]) -> np.ndarray:
    import numpy as np

    return np.asarray(np.concatenate(scores, axis=1).max(axis=1))


def _stretch(window: str) -> int:
    """Windows in the cycle that neighbours share: a day of hours, a week of days, four weeks."""
    seconds = window_seconds(window)
    return _DAY // seconds if seconds < _DAY else _WEEK // seconds if seconds < _WEEK else 4


def _share(alpha: float) -> str:
    return f"{alpha:.2%}".rstrip("0%").rstrip(".") + " %"


__all__ = ["ALERT_SHARE", "Judgement", "Measure", "Reading", "judge_windows"]
