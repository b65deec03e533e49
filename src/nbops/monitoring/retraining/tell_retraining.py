"""Say what came of a retraining: an alert, and an event of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.alerts.alert import ALERT, WARN
from nbops.alerts.raise_alert import raise_alert
from nbops.errors import NbopsError
from nbops.monitoring.retraining.retraining import ASSIGNED, BROKEN, FAILED, HELD, REFUSED, STANDS, WAITS
from nbops.monitoring.watching.tell_alerts import key
from nbops.registry.open_registry import open_registry
from nbops.registry.record import record

if TYPE_CHECKING:
    from nbops.monitoring.retraining.retraining import Retraining
    from nbops.monitoring.watching.plan import Plan
    from nbops.workspace import Workspace

RETRAIN = "retrain"
"""Kind of the event."""
_LONGEST, _MOST = 300, 5


def tell_retraining(plan: Plan, one: Retraining, *, workspace: Workspace) -> tuple[str, ...]:
    """Raise the alert and write the event of *one*; return what could not be written, in sentences."""
    unsaid = []
    try:
        _alert(plan, one, workspace)
    except (NbopsError, OSError) as error:
        unsaid.append(f"no alert could be raised: {error}")
    try:
        record(open_registry(workspace), RETRAIN, one.model, lambda _: _facts(one))
    except (NbopsError, OSError) as error:
        unsaid.append(f"the ledger does not hold this: {error}")
    return tuple(unsaid)


def tell_obstacle(plan: Plan, sentence: str, observation: str, *, workspace: Workspace) -> None:
    """Raise the alert that retraining was wanted and could not even begin."""
    raise_alert(
        key(plan.name, "retraining"),
        sentence,
        severity=ALERT,
        subject=f"watch {plan.name} ({plan.model}): retraining",
        sure="certain: nothing was run",
        then=f"mend it, then: nbops retrain {plan.name}",
        observation=observation,
        workspace=workspace,
        owner=plan.owner,
        runbook=plan.runbook,
        after=1,
    )


def _facts(one: Retraining) -> dict[str, object]:
    told = {"watch": one.watch, "trigger": one.trigger, "label": one.label, "outcome": one.outcome, "run": one.run}
    objections = [text[:_LONGEST] for text in one.objections[:_MOST]]
    return {**told, "version": one.version, "why": one.sentence[:_LONGEST], "objections": objections}


def _alert(plan: Plan, one: Retraining, workspace: Workspace) -> None:
    objections = "; ".join(one.objections[:_MOST])
    raise_alert(
        key(plan.name, "retraining"),
        f"{one.sentence}: {objections}" if objections else one.sentence,
        severity=ALERT if one.outcome in {BROKEN, FAILED, HELD} else WARN,
        subject=f"watch {plan.name} ({one.model}): retraining because of {one.trigger}",
        sure="certain: this is what was done",
        then=_then(one),
        observation=f"{one.label} {one.outcome}",
        workspace=workspace,
        owner=plan.owner,
        runbook=plan.runbook,
        after=1,
    )


def _then(one: Retraining) -> str:
    ways = {
        STANDS: f"look at it and decide: nbops judge {one.model} {one.version}; nbops assign {one.model} challenger "
        "champion",
        WAITS: f"approve it or not: nbops assign {one.model} {one.version} champion --reason WHY",
        ASSIGNED: f"nothing; to go back: nbops rollback {one.model} champion",
        REFUSED: f"see why: nbops judge {one.model} {one.version}",
        BROKEN: f"mend the data at the source, then: nbops retrain {one.watch} --force WHY",
        FAILED: f"see why: nbops show {one.run[:8] or 'last'}; then: nbops retrain {one.watch} --force WHY",
        HELD: f"find out why, then let it go on: nbops watch retrain {one.watch} PIPELINE",
    }
    return ways[one.outcome]
