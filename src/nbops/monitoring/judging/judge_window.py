"""Judge one window: its largest score against the scores that the reference's own windows have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.calibrate import Counts, Scores, conformal_limit, largest, score_windows
from nbops.monitoring.judging.extras import whole_counts, window_counts
from nbops.monitoring.judging.judge import ALERT_SHARE, Judgement, Reading, Spread, read
from nbops.monitoring.judging.measures import measures_of
from nbops.monitoring.judging.report import ALERT, OK, WARN, Question, WindowDrift
from nbops.monitoring.judging.sentences import percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.profiles.column import Column
    from nbops.profiles.profile import Profile


def judge_window(
    reference: Profile, current: Profile, names: Sequence[str], alpha: float, ours: list[int], theirs: list[int]
) -> Judgement:
    """Judge *current* as a whole, as one window like those of the reference.

    Alpha is not divided among families here: with a hundred windows or fewer the limits would lie beyond every score
    that the reference has.
    """
    scores: dict[str, Scores] = {}
    for name in names:
        column = reference.columns[name]
        healthy = window_counts(column, column)[ours]
        scores[name] = score_windows(Counts(column, healthy, whole_counts(current.columns[name], column)[None]))
    own = largest([one.reference for one in scores.values()])
    now = float(largest([one.current for one in scores.values()])[0])
    limit, far = conformal_limit(own, alpha), conformal_limit(own, alpha / ALERT_SHARE)
    readings = {name: _read(reference.columns[name], one, limit, far) for name, one in scores.items()}
    rank = (1 + int((own >= now).sum())) / (len(own) + 1)
    beyond = [name for name, reading in readings.items() if reading.drifted]
    beyond.sort(key=lambda name: -float(scores[name].current.max()))
    score = now / limit if limit > 0 else float(now > limit)
    state = ALERT if any(one.large for one in readings.values()) else WARN if beyond else OK
    windows = tuple(
        WindowDrift(current.starts[at], current.window_rows[at], score, score > 1, tuple(beyond), state)
        for at in theirs
    )
    method = (
        f"limits from {len(own)} windows of {reference.window}: {percent(alpha)} of healthy windows exceed any of them"
    )
    return Judgement(readings, method, (Question("one window", "all columns", rank, alpha),), windows, (len(own), 1))


def _read(column: Column, one: Scores, limit: float, far: float) -> Reading:
    kinds = measures_of(column)
    score = float(
        max([s for s, v, k in zip(one.current[0], one.raw[0], kinds, strict=True) if v >= k.effect], default=0)
    )
    values = Spread(one.raw[0], one.centre, one.spread)
    return read(kinds, values, limit, drifted=score > max(limit, 0), sure=score > far)
