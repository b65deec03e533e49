"""Look at new data once, and keep what was seen."""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError, StoreError, VersionNotFound
from nbops.monitoring.judging.ladder import climb
from nbops.monitoring.judging.report import ALERT, OK, UNKNOWN, WARN

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport
    from nbops.monitoring.watching.watch import Watch
    from nbops.profiles.profile import Profile
    from nbops.recording.folding.read_model import ReadModel

_RISING = (UNKNOWN, OK, WARN, ALERT)
_MOST_WINDOWS = 200
_FOREIGN = re.compile(r"[^\w\-. /]")


def observe(watch: Watch, frame: Any, label: str | None = None, *, alpha: float = 0.05) -> DriftReport:
    """Hold *frame* against the reference of *watch*; keep the report in the read model and as a run of kind `drift`.

    The state climbs from `warn` to `alert` when warnings persist. Observing the same label again replaces its report.
    Alerts are raised and resolved, unless there are reports of later data; sending them is another step.

    Args:
        watch: What is watched.
        frame: New data: DataFrame, snapshot, file or profile.
        label: What to call them, such as `2013-06`; by default their dates, else the present time.
        alpha: Share of healthy datasets that may reach `warn`.

    Raises:
        ProfileError: *frame* is no dataset, or shares no column with the reference.
        JournalError: The disk refuses.
    """
    from nbops.monitoring.judging.drift import compare_with
    from nbops.recording.folding.read_model import ReadModel

    began = time.time()
    current, report = compare_with(frame, watch.reference, alpha=alpha, workspace=watch.workspace)
    label = label or _dates(report) or time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(began))
    documents = ReadModel(watch.workspace)
    family = hashlib.sha256(f"{watch.version} {watch.reference.to_json()}".encode()).hexdigest()[:16]
    state, why = climb(report.state, _before(documents, watch, label, report, family))
    found = report.state
    notes = (*report.notes, why) if why else report.notes
    report = replace(report, state=state, label=label, notes=notes)
    body = _document(watch, report) | {"found": found, "reference_id": family, "created": began}
    body["means"] = _means(watch.reference, current)
    body["run"] = _record(watch, report, current, body)
    documents.put("report", f"{watch.name}/{label}", body)
    former = documents.get("watch", watch.name) or {"name": watch.name, "model": watch.model, "version": watch.version}
    documents.put("watch", watch.name, former | {"state": state, "label": label, "trouble": "", "updated": began})
    unsaid = [told for told in (tell_registry(watch, documents), _tell_alerts(watch, report, documents, body)) if told]
    return replace(report, notes=(*report.notes, *unsaid)) if unsaid else report


def _tell_alerts(watch: Watch, report: DriftReport, documents: ReadModel, body: dict[str, Any]) -> str:
    """Raise and resolve alerts, unless later data were judged already; return what went wrong, if anything."""
    from nbops.monitoring.watching.signal import signal_of
    from nbops.monitoring.watching.tell_alerts import tell_alerts

    others = [one for one in documents.list("report") if one.get("watch") == watch.name]
    begins = report.current.start or ""
    if any(str(one["current"].get("from") or "") > begins for one in others if begins):
        return ""
    try:
        tell_alerts(watch, report, signal_of([*(one for one in others if one.get("label") != body["label"]), body]))
    except (NbopsError, OSError) as error:
        return f"no alert could be raised: {error}"
    return ""


def note_unknown(watch: Watch, sentence: str, *, state: str = UNKNOWN, record: bool = False) -> str:
    """Note that nobody knows how the data of *watch* are, or that a former state holds again.

    Args:
        watch: Which.
        sentence: Why.
        state: `unknown`, or what the last report said.
        record: Also as a run of kind `drift`, without a report.

    Returns:
        What could not be noted; empty when all was.
    """
    from nbops.capture.runs.close_run import close_run
    from nbops.capture.runs.open_run import open_run
    from nbops.recording.folding.read_model import ReadModel
    from nbops.recording.process.start import wake

    documents = ReadModel(watch.workspace)
    former = documents.get("watch", watch.name) or {"name": watch.name, "model": watch.model, "version": watch.version}
    documents.put("watch", watch.name, former | {"state": state, "trouble": sentence, "updated": time.time()})
    if record:
        parameters = {"watch": watch.name, "model": watch.model, "version": watch.version}
        tags = {"nbops.model": watch.model, "nbops.model_version": str(watch.version), "nbops.state": state}
        run = open_run("drift", f"drift {watch.name}", workspace=watch.workspace, parameters=parameters, tags=tags)
        close_run(run, metrics={"state": float(_RISING.index(state) - 1)}, warnings=[sentence])
        wake(watch.workspace)
    return tell_registry(watch, documents)


def _before(documents: ReadModel, watch: Watch, label: str, report: DriftReport, family: str) -> list[str]:
    """Return what earlier reports of this watch found, by the dates of their data where these are known."""
    others = [
        body
        for body in documents.list("report")
        if body.get("watch") == watch.name and body.get("label") != label and body.get("reference_id") == family
    ]
    start = report.current.start
    if start is not None:
        others = [body for body in others if str(body["current"].get("from") or "") < start]
    others.sort(key=lambda body: (str(body["current"].get("from") or ""), float(body["created"])))
    return [str(body.get("found", body["state"])) for body in others]


def _document(watch: Watch, report: DriftReport) -> dict[str, Any]:
    wire = report.to_wire()
    kept = (
        "label", "state", "provisional", "method", "reference", "current", "moved", "columns", "questions", "windows",
        "notes", "promise",
    )  # fmt: skip
    names = {"watch": watch.name, "model": watch.model, "version": watch.version, "alias": watch.alias}
    return {**names, **{name: wire[name] for name in kept}}


def _means(reference: Profile, current: Profile) -> dict[str, list[float]]:
    """Return the mean error of each row-wise measure of performance, before and now: has it grown?"""
    pairs = {
        name: (one.mean, current.columns[name].mean)
        for name, one in reference.columns.items()
        if one.role == "performance" and name in current.columns
    }
    return {name: [before, now] for name, (before, now) in pairs.items() if before is not None and now is not None}


def _record(watch: Watch, report: DriftReport, current: Profile, body: dict[str, Any]) -> str:
    from nbops.capture.runs.close_run import close_run
    from nbops.capture.runs.open_run import open_run
    from nbops.monitoring.watching.artifacts import artifacts
    from nbops.recording.process.start import wake

    parameters = {
        "watch": watch.name,
        "model": watch.model,
        "version": watch.version,
        "label": report.label,
        "reference": str(report.reference),
        "current": str(report.current),
    }
    tags = {"nbops.model": watch.model, "nbops.model_version": str(watch.version), "nbops.state": report.state}
    name = f"drift {watch.name} {report.label}"
    run = open_run("drift", name, workspace=watch.workspace, parameters=parameters, tags=tags)
    for step, window in enumerate(report.windows[-_MOST_WINDOWS:]):
        rows, beyond = float(window.rows), float(window.exceeded)
        run.log(step, **{"window.score": window.score, "window.rows": rows, "window.exceeded": beyond})
    files = artifacts(watch.name, report, current, body, watch.workspace)
    close_run(run, metrics=_metrics(report, current), artifacts=files)
    wake(watch.workspace)
    return str(run.id)


def _metrics(report: DriftReport, current: Profile) -> dict[str, float]:
    metrics = {
        "state": float(_RISING.index(report.state) - 1),
        "rows": float(current.rows),
        "columns_drifted": float(sum(column.drifted for column in report.columns.values())),
    }
    for name, column in report.columns.items():
        clean = _FOREIGN.sub("_", name)
        if column.statistic is not None:
            metrics[f"drift.{clean}"] = column.statistic
        mean = current.columns[name].mean if name in current.columns else None
        if mean is not None and column.role in {"prediction", "label", "performance"}:
            metrics[f"mean.{clean}"] = mean
    return metrics


def tell_registry(watch: Watch, documents: ReadModel) -> str:
    """Note the worst state of all watches of this version on the version; return what went wrong, if anything."""
    from nbops.registry.documents import set_drift

    states = [
        str(body.get("state", UNKNOWN))
        for body in documents.list("watch")
        if (body.get("model"), body.get("version")) == (watch.model, watch.version)
    ]
    worst = max(states, key=_RISING.index, default=UNKNOWN)
    try:
        set_drift(watch.model, watch.version, worst, workspace=watch.workspace)
    except (StoreError, VersionNotFound) as error:
        return f"the registry does not show this yet: {error}"
    return ""


def _dates(report: DriftReport) -> str:
    start, end = report.current.start, report.current.end
    return (
        "" if start is None else start[:10] if (end or start)[:10] == start[:10] else f"{start[:10]}..{str(end)[:10]}"
    )
