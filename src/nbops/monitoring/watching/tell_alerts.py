"""What a watch saw, as alerts: opened, counted, or over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.alerts.raise_alert import raise_alert
from nbops.alerts.resolve import settle
from nbops.errors import WatchNotFound
from nbops.monitoring.judging.judge import ALERT_SHARE
from nbops.monitoring.judging.report import ALERT, WARN
from nbops.monitoring.watching.plans import read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from nbops.alerts.alert import Alert
    from nbops.monitoring.judging.report import ColumnDrift, DriftReport
    from nbops.monitoring.watching.plan import Plan
    from nbops.monitoring.watching.signal import Signal
    from nbops.monitoring.watching.watch import Watch
    from nbops.workspace import Workspace

_TOLD = 3
_PLURAL = {"feature": "features", "prediction": "predictions", "label": "labels", "performance": "performance"}


def tell_alerts(watch: Watch, report: DriftReport, signal: Signal) -> Alert | None:
    """Raise or resolve the alerts of *watch* after a report, and return the one that is open.

    Values of rows stay out of it: a message leaves the workspace, a report does not.
    """
    if report.state not in {WARN, ALERT}:
        settle(key(watch.name, "drift"), workspace=watch.workspace, note=f"{report.label}: {report.state}")
        return None
    return raise_alert(
        key(watch.name, "drift"),
        _what(report),
        severity=report.state,
        subject=f"watch {watch.name} ({watch.model} v{watch.version})",
        sure=_sure(report),
        then=_then(signal),
        observation=str(report.label),
        workspace=watch.workspace,
        **_standing(watch.workspace, watch.name),
    )


def tell_trouble(plan: Plan, sentence: str, observation: str, *, workspace: Workspace) -> Alert:
    """Raise the alert that the data of *plan* cannot be judged."""
    return raise_alert(
        key(plan.name, "data"),
        sentence,
        severity=ALERT,
        subject=f"watch {plan.name} ({plan.model}): its data",
        sure="certain: nothing was judged, so nothing is known about drift",
        then=f"mend the source, then: nbops watch check {plan.name}",
        observation=observation,
        workspace=workspace,
        owner=plan.owner,
        runbook=plan.runbook,
        after=plan.after,
    )


def key(watch: str, cause: str) -> str:
    """Return the key of the alert that *watch* has because of its `data`, of `drift` or of its `retraining`."""
    return f"watch/{watch}/{cause}"


def _standing(workspace: Workspace, name: str) -> Mapping[str, Any]:
    try:
        plan = read_plan(workspace, name)
    except WatchNotFound:
        return {}
    return {"owner": plan.owner, "runbook": plan.runbook, "after": plan.after}


def _what(report: DriftReport) -> str:
    drifted = sorted((one for one in report.columns.values() if one.drifted), key=_distance, reverse=True)
    told = ", ".join(_column(one) for one in drifted[:_TOLD])
    more = f" and {len(drifted) - _TOLD} more" if len(drifted) > _TOLD else ""
    still = [_PLURAL[role] for role, names in report.moved.items() if not names]
    rest = f"; {', '.join(still)} did not move" if still and drifted else ""
    sides = f"{report.current.rows:,} rows of {report.label} against {report.reference.name}"
    return f"{sides}: {told}{more}{rest}" if drifted else f"{sides}: {'; '.join(report.notes) or report.state}"


def _column(one: ColumnDrift) -> str:
    if one.finding:
        return f"{one.name} is {one.finding}"
    return f"{one.name} moved ({one.role})"


def _distance(one: ColumnDrift) -> float:
    if one.finding or one.statistic is None or not one.threshold:
        return float("inf")
    return one.statistic / one.threshold


def _sure(report: DriftReport) -> str:
    if any(one.finding and one.drifted for one in report.columns.values()) or not report.current.rows:
        return "certain: the columns themselves differ"
    share = report.alpha / (ALERT_SHARE if report.state == ALERT else 1)
    rate = f"of healthy data at most {100 * share:.2g} % reach {report.state}, for all columns together"
    judged = [one for one in report.columns.values() if one.drifted and one.statistic is not None and one.threshold]
    limits = [
        f"{one.name} {one.measure} {one.statistic:.3g}, limit {one.threshold:.3g}"
        for one in sorted(judged, key=_distance, reverse=True)[:_TOLD]
    ]
    provisional = ["provisional: the reference has too few windows to calibrate on"] if report.provisional else []
    return "; ".join([rate, *limits, *provisional])


def _then(signal: Signal) -> str:
    if signal.broken:
        return f"mend {', '.join(signal.broken[:_TOLD])} at the source; do not retrain on these data"
    if signal.performance:
        return "the model errs more: look which rows, then retrain on newer data or roll back"
    if signal.predictions or signal.residuals:
        return "predictions or errors moved: get labels for these rows, and retrain if they confirm it"
    if signal.labels:
        return "what is to be predicted moved: measure the performance on these rows"
    return "only features moved: find out why at the source; there is no reason to retrain yet"
