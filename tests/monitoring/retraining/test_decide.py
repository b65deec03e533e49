"""Triggers and guards, on the pure verb."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbops.monitoring.retraining.decide import decide
from nbops.monitoring.retraining.retrain_plan import RetrainPlan
from nbops.monitoring.retraining.retraining import Retraining
from nbops.monitoring.watching.signal import Moved, Signal

_DAY = 86400
_NOW = 100.0 * _DAY
_PLAN = RetrainPlan("orders", "train", "rows_path")
_CALM = Signal("orders", "late", 1, "week 9", "ok")
_MOVED = Moved(("amount",), 1, 1)
_DRIFTED = replace(_CALM, state="alert", features=_MOVED, predictions=Moved(("score",), 1, 1))


def _past(outcome, days_ago, label="earlier"):
    return Retraining("orders", outcome, "", "drift", label, f"w-{label}", time=_NOW - days_ago * _DAY)


def _decide(signal, *past, plan=_PLAN, window="w", forced=""):
    return decide(plan, signal, past, window=window, now=_NOW, forced=forced)


def test_drift_alone_is_no_reason():
    """Features that move retrain only together with predictions, residuals or performance."""
    alone = _decide(replace(_CALM, state="alert", features=_MOVED))
    assert (bool(alone), alone.outcome) == (False, "none")
    assert "only features moved" in alone.sentence
    for name in ("predictions", "residuals"):
        found = _decide(replace(_CALM, state="alert", features=_MOVED, **{name: Moved(("x",), 1, 1)}))
        assert (bool(found), found.trigger) == (True, "drift")
        assert name in found.sentence
    only = _decide(replace(_CALM, state="alert", predictions=_MOVED))
    assert not only, "predictions alone have no cause to learn from"


def test_each_trigger_fires_only_where_the_plan_waits_for_it():
    """Performance, new data and time, and nothing on a calm watch."""
    worse = replace(_CALM, state="alert", performance=Moved(("error",), 1, 1))
    assert _decide(worse).trigger == "performance"
    assert not _decide(worse, plan=replace(_PLAN, on=("drift",)))
    assert not _decide(_CALM)
    assert _decide(_CALM, plan=replace(_PLAN, on=("new-data",))).trigger == "new-data"
    monthly = replace(_PLAN, on=("time",), each=30 * _DAY, created=_NOW - 40 * _DAY)
    assert _decide(_CALM, plan=monthly).trigger == "time"
    assert not _decide(_CALM, _past("stands", 20), plan=monthly)
    assert not _decide(_CALM, plan=replace(monthly, created=_NOW - 20 * _DAY))


def test_broken_data_never_retrain():
    """Not even where a person forces it; the first time it is said, then not again."""
    broken = replace(_DRIFTED, performance=_MOVED, broken=("city",))
    for forced in ("", "I want it"):
        found = _decide(broken, forced=forced)
        assert (bool(found), found.outcome, found.known) == (False, "broken data", False)
        assert "city" in found.sentence
    assert _decide(broken, _past("broken data", 0, "week 9")).known


def test_unknown_data_never_retrain():
    """What could not be judged is nothing to learn from."""
    assert not _decide(replace(_CALM, state="unknown"), plan=replace(_PLAN, on=("new-data",)))


@pytest.mark.parametrize("outcome", ["begun", "failed", "refused", "stands", "assigned", "broken data"])
def test_the_same_data_are_never_learned_from_twice(outcome):
    """By their name or by their content; a process that died in between has tried, too."""
    loose = replace(_PLAN, cooldown=1, most=99)
    by_name = _decide(_DRIFTED, _past(outcome, 50, "week 9"), plan=loose)
    by_content = _decide(_DRIFTED, _past(outcome, 50, "other"), plan=loose, window="w-other")
    assert (by_name.outcome, by_content.outcome) == ("held back", "held back")
    assert by_name.known
    assert _decide(_DRIFTED, _past(outcome, 50), plan=loose)


def test_cooldown_and_budget():
    """After one, none for a week; within a month at most three; what never ran does not count."""
    assert "cools down for another 4 days" in _decide(_DRIFTED, _past("stands", 3)).sentence
    assert _decide(_DRIFTED, _past("stands", 8))
    assert _decide(_DRIFTED, _past("broken data", 1))
    many = [_past("stands", days, str(days)) for days in (29, 20, 10)]
    assert "3 retrainings in 30 days" in _decide(_DRIFTED, *many).sentence
    assert _decide(_DRIFTED, *many, plan=replace(_PLAN, most=4))
    assert _decide(_DRIFTED, _past("stands", 31, "a"), *many[1:])


def test_refused_challengers_in_a_row_stop_it():
    """After three, a person must look; a standing one breaks the row, setting the plan anew begins it again."""
    row = [_past(outcome, days, str(days)) for outcome, days in (("refused", 90), ("failed", 70), ("refused", 50))]
    stopped = _decide(_DRIFTED, *row)
    assert (bool(stopped), stopped.stopped) == (False, True)
    assert _decide(_DRIFTED, row[0], _past("stands", 80, "ok"), *row[1:])
    assert _decide(_DRIFTED, *row, plan=replace(_PLAN, created=_NOW - 10 * _DAY))


def test_a_person_may_pass_over_triggers_and_limits():
    """With a reason, which is on record as the trigger's sentence."""
    past = [_past("refused", days, "week 9") for days in (3, 2, 1)]
    found = _decide(_CALM, *past, forced="the pipeline is mended")
    assert (bool(found), found.trigger, found.sentence) == (True, "person", "the pipeline is mended")
