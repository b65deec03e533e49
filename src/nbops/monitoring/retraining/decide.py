"""Whether to retrain now: first the triggers, then the guards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.monitoring.retraining.retrain_plan import DRIFT, NEW_DATA, PERFORMANCE, PERSON, TIME, TRIGGERS
from nbops.monitoring.retraining.retraining import BROKEN, FAILED, HELD, NONE, REFUSED, TRAINED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.monitoring.retraining.retrain_plan import RetrainPlan
    from nbops.monitoring.retraining.retraining import Retraining
    from nbops.monitoring.watching.signal import Signal

_DAY, _HOUR = 86400, 3600


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer. True means: go.

    Attributes:
        trigger: What fired; empty for none.
        sentence: Why it fired, or why nothing is done.
        outcome: `none`, `held back` or `broken data` where nothing is done; empty where it goes.
        stopped: A person must look before it goes on.
        known: These data were answered already; nothing new is to be said.
    """

    trigger: str
    sentence: str
    outcome: str = ""
    stopped: bool = False
    known: bool = False

    def __bool__(self) -> bool:
        return not self.outcome


def decide(
    plan: RetrainPlan, signal: Signal, past: Sequence[Retraining], *, window: str, now: float, forced: str = ""
) -> Decision:
    """Say whether *plan* retrains on what *signal* says; nothing is read or written.

    Drift of features alone is no trigger: predictions, residuals or performance must have moved with them.

    Args:
        plan: Triggers and limits.
        signal: What the reports say.
        past: Retrainings of this watch, oldest first.
        window: Fingerprint of the new data.
        now: Seconds since the epoch.
        forced: Why a person wants it all the same: takes the place of a trigger, and of every guard but that against
            broken data.
    """
    trigger, why = (PERSON, forced) if forced else _trigger(plan, signal, past, now)
    if signal.broken:
        named = ", ".join(signal.broken[:5])
        said = f"{named} of {signal.label} gone, of another type or all missing: data to mend, not to learn from"
        return Decision(trigger, said, BROKEN if trigger else NONE, known=_answered(signal.label, window, past))
    if not trigger:
        return Decision("", why, NONE)
    if signal.state == "unknown":
        return Decision(trigger, f"nobody knows how the data of {signal.label} are", HELD)
    return Decision(trigger, why) if forced else _guarded(plan, signal, past, window, now, trigger, why)


def _trigger(plan: RetrainPlan, signal: Signal, past: Sequence[Retraining], now: float) -> tuple[str, str]:
    last = max([plan.created, *(one.time for one in past if one.outcome in TRAINED)])
    outcome = [name for name in ("predictions", "residuals", "performance") if getattr(signal, name)]
    fired = {
        PERFORMANCE: (bool(signal.performance), f"errors grew: {', '.join(signal.performance.columns)}"),
        DRIFT: (
            signal.together,
            f"{', '.join(signal.features.columns[:5])} moved, and {' and '.join(outcome)} with them",
        ),
        NEW_DATA: (True, f"there are new data: {signal.label}"),
        TIME: (now - last >= plan.each, f"the last training is {_length(now - last)} ago"),
    }
    for name in TRIGGERS:
        if name in plan.on and fired[name][0]:
            return name, fired[name][1]
    if signal.features and not outcome and DRIFT in plan.on:
        return "", "only features moved, and neither predictions, residuals nor performance: no reason to retrain"
    return "", f"nothing that {', '.join(plan.on)} waits for has happened"


def _guarded(
    plan: RetrainPlan, signal: Signal, past: Sequence[Retraining], window: str, now: float, trigger: str, why: str
) -> Decision:
    if _answered(signal.label, window, past):
        return Decision(trigger, f"the data of {signal.label} were answered already", HELD, known=True)
    trained = [one for one in past if one.outcome in TRAINED]
    row = 0
    for one in reversed(trained):
        if one.outcome not in {REFUSED, FAILED} or one.time < plan.created:
            break
        row += 1
    if row >= plan.stop_after:
        said = f"{row} challengers in a row were refused or failed: retraining does not mend this"
        return Decision(trigger, said, HELD, stopped=True)
    if trained and now - trained[-1].time < plan.cooldown:
        rest = _length(plan.cooldown - (now - trained[-1].time))
        return Decision(trigger, f"{why}; but the last retraining cools down for another {rest}", HELD)
    recent = sum(now - one.time < plan.span for one in trained)
    if recent >= plan.most:
        return Decision(trigger, f"{why}; but there were {recent} retrainings in {_length(plan.span)} already", HELD)
    return Decision(trigger, why)


def _answered(label: str, window: str, past: Sequence[Retraining]) -> bool:
    """Say whether a retraining, or a refusal to learn from them, has answered these data; by name or by content."""
    settled = TRAINED | {BROKEN}
    return any(one.outcome in settled and (one.label == label or one.window == window) for one in past)


def _length(seconds: float) -> str:
    if seconds >= 2 * _DAY:
        return f"{seconds / _DAY:.0f} days"
    return f"{seconds / _HOUR:.0f} h" if seconds >= 2 * _HOUR else f"{seconds / 60:.0f} min"
