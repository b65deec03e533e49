"""Decide how far current counts lie beyond what the reference itself does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbops.monitoring.judging.calibrate import FEWEST_WINDOWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from nbops.monitoring.judging.measures import Measure
    from nbops.monitoring.judging.report import Question, WindowDrift
    from nbops.profiles.profile import Profile

ALERT_SHARE = 8  # of what may reach `warn`, one in eight may reach `alert`, which leaves room for the ladder
_SHORT, _FEW, _MANY = 0.3, 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Reading:
    """One column's verdict: the measure that lies farthest out, its value and limit.

    Attributes:
        measure: Its name.
        statistic: Its value.
        threshold: Its limit.
        drifted: It is beyond the limit.
        large: It is so far out, and so unlikely in healthy data, that it is worth an `alert`.
    """

    measure: str
    statistic: float
    threshold: float
    drifted: bool
    large: bool


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Values of some measures, and where healthy ones lie; all of shape (measures,)."""

    raw: np.ndarray
    centre: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the statistics say.

    Attributes:
        readings: By column.
        method: How, in one sentence.
        questions: As in `DriftReport`.
        windows: As in `DriftReport`.
        judged: Reference and current windows that were judged.
        provisional: Rows were assumed to be independent.
        notes: What limits the judgement.
    """

    readings: Mapping[str, Reading]
    method: str
    questions: tuple[Question, ...]
    windows: tuple[WindowDrift, ...] = ()
    judged: tuple[int, int] = (0, 0)
    provisional: bool = False
    notes: tuple[str, ...] = ()

    @property
    def warn(self) -> bool:
        """Whether any column drifted."""
        return any(reading.drifted for reading in self.readings.values())

    @property
    def alert(self) -> bool:
        """Whether any column drifted far."""
        return any(reading.large for reading in self.readings.values())


def read(kinds: Sequence[Measure], spread: Spread, limit: float, *, drifted: bool, sure: bool) -> Reading:
    """Read the measure that lies farthest out of those beyond their own limits, which are never below what matters.

    Args:
        kinds: The measures.
        spread: Their values, and where healthy ones lie.
        limit: Spreads above the centre that healthy data stay within.
        drifted: Whether any measure is beyond both.
        sure: Whether that is unlikely enough for an `alert`, if the difference is also twice what is worth a word.
    """
    import numpy as np

    effects = np.array([one.effect for one in kinds])
    limits = np.maximum(spread.centre + limit * spread.spread, effects)
    ratios = spread.raw / limits
    plain = (spread.raw - spread.centre) / (spread.spread * np.array([one.weight for one in kinds]))
    at = int(np.where(ratios >= 1, plain, -np.inf).argmax() if (ratios >= 1).any() else ratios.argmax())
    large = drifted and sure and bool(spread.raw[at] >= 2 * effects[at])
    return Reading(kinds[at].name, float(spread.raw[at]), float(limits[at]), drifted, large)


def judge(reference: Profile, current: Profile, names: Sequence[str], alpha: float) -> Judgement:
    """Hold the columns *names* of *current* against the reference: by its windows where it has 20, else by its rows."""
    from nbops.monitoring.judging.judge_rows import PROVISIONAL, judge_rows
    from nbops.monitoring.judging.judge_window import judge_window
    from nbops.monitoring.judging.judge_windows import judge_windows

    ours = long_windows(reference)
    if len(ours) < FEWEST_WINDOWS or not names:
        rows = judge_rows(reference, current, names, min(alpha, PROVISIONAL))
        return replace(rows, notes=(*rows.notes, *_why_rows(reference, len(ours))))
    same = current.window == reference.window
    theirs = long_windows(current) if same else []
    many = len(theirs) > 1
    judgement = (judge_windows if many else judge_window)(reference, current, names, alpha, ours, theirs)
    usual = sorted(reference.window_rows[at] for at in ours)[len(ours) // 2] * max(len(theirs), 1)
    if current.rows < _FEW * usual:
        return _doubted(judgement, judge_rows(reference, current, names, alpha))
    if not many and current.rows > _MANY * usual:
        why = (
            f"its windows are of {current.window}, the reference's of {reference.window}"
            if current.window and not same
            else "no time column to cut by"
        )
        note = f"judged as one window, though there are {current.rows / usual:.0f} windows' rows: {why}"
        return replace(judgement, notes=(*judgement.notes, note))
    return judgement


def _why_rows(reference: Profile, windows: int) -> list[str]:
    """Say what keeps a reference with windows from being calibrated on them."""
    if reference.window is None:
        return []
    told = (
        f"the reference has {windows} windows of {reference.window} that are long enough, {FEWEST_WINDOWS} are needed"
    )
    return [told]


def long_windows(profile: Profile) -> list[int]:
    """Return the windows that have at least three tenths of the usual number of rows."""
    rows = profile.window_rows
    least = _SHORT * sorted(rows)[len(rows) // 2] if rows else 0
    return [at for at, count in enumerate(rows) if count >= least]


def _doubted(windows: Judgement, rows: Judgement) -> Judgement:
    """Where rows are few, chance alone moves them more than it moves whole windows: both ways have to agree."""
    readings = {}
    for name, reading in windows.readings.items():
        other = rows.readings[name]
        weaker = other if reading.drifted and not other.drifted else reading
        both = reading.drifted and other.drifted, reading.large and other.large
        readings[name] = replace(weaker, drifted=both[0], large=both[1])
    note = "far fewer rows than the reference has per window: only what independent rows would not show either counts"
    return replace(
        windows, readings=readings, questions=(*windows.questions, *rows.questions), notes=(*windows.notes, note)
    )
