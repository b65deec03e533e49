"""Train a watched model on its new data, if there is reason to."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import ConfigError, ContractViolated, NbopsError
from nbops.monitoring.retraining.decide import Decision, decide
from nbops.monitoring.retraining.find_parameter import find_parameter
from nbops.monitoring.retraining.retrain_book import keep_retraining, read_retrain_plan, read_retrainings
from nbops.monitoring.retraining.retraining import BEGUN, BROKEN, FAILED, HELD, Retraining
from nbops.monitoring.retraining.settle_version import settle_version
from nbops.monitoring.retraining.tell_retraining import tell_retraining
from nbops.monitoring.retraining.window_data import fingerprint, window_data
from nbops.monitoring.watching.plans import alone, read_plan, read_seen
from nbops.monitoring.watching.signal import signal
from nbops.monitoring.watching.watch import Watch, continued
from nbops.pipelines.list_pipelines import find_pipeline
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.running.execute_notebook import folder_of
from nbops.pipelines.running.run import run
from nbops.recording.list_runs import list_runs
from nbops.registry.register import register
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbops.monitoring.retraining.retrain_plan import RetrainPlan
    from nbops.monitoring.watching.plan import Plan


def retrain(
    watch: str | Watch,
    *,
    dry_run: bool = False,
    force: str = "",
    workspace: Workspace | None = None,
    now: float | None = None,
) -> Retraining:
    """Train the model of *watch* on the data of its latest report, if a trigger of its plan fires and no guard objects.

    The data are held against the contracts of the pipeline first; data that break one are never learned from. The run's
    model becomes the next version, the gates are asked whether it may replace the champion, and where none objects it
    stands as `challenger`. What came of it is in the run's tags, in the ledger, and an alert.

    Args:
        watch: Name of a watch, or the watch.
        dry_run: Only say what would happen; nothing is run or written.
        force: Why it should happen without a trigger, and in spite of cool-down, limits and a former answer to the same
            data. Broken data and gates are not passed over.
        workspace: The current directory's by default.
        now: Seconds since the epoch; default: the present time.

    Raises:
        WatchNotFound: There is none, or it has no report yet.
        ConfigError: It has no plan for retraining.
        WatchBusy: Another process retrains in this workspace right now.
        PipelineNotFound: The pipeline is gone.
        SourceError: The data are gone.
        JournalError: The disk refuses.
    """
    name = watch if isinstance(watch, str) else watch.name
    place = workspace or (watch.workspace if isinstance(watch, Watch) else find_workspace())
    plan = read_retrain_plan(place, name)
    standing = read_plan(place, name)
    if plan is None:
        raise ConfigError(f"the watch {name!r} does not retrain", hint=f"nbops watch retrain {name} PIPELINE")
    at = time.time() if now is None else now
    if dry_run:
        return _intended(plan, force, place, at)[0]
    with alone(place, ".retrain", "another process retrains in this workspace"):
        intended, decision = _intended(plan, force, place, at)
        if decision:
            return _told(standing, _trained(plan, standing, intended, place), place)
        if not decision.known and (decision.stopped or intended.outcome == BROKEN):
            return _told(standing, intended, place)
        return intended


def _intended(plan: RetrainPlan, force: str, workspace: Workspace, now: float) -> tuple[Retraining, Decision]:
    told, seen = signal(plan.watch, workspace=workspace), read_seen(workspace, plan.watch)
    window = fingerprint(seen)
    past = read_retrainings(workspace, plan.watch)
    decision = decide(plan, told, past, window=window, now=now, forced=force)
    if decision and seen.label != told.label:
        said = f"the data of {told.label} were judged by hand, and the source does not hold them"
        decision = Decision(decision.trigger, said, HELD)
    intended = Retraining(
        plan.watch, decision.outcome or BEGUN, decision.sentence, decision.trigger, told.label, window,
        model=told.model, time=now,
    )  # fmt: skip
    return intended, decision


def _trained(plan: RetrainPlan, standing: Plan, begun: Retraining, workspace: Workspace) -> Retraining:
    """Run the pipeline on the data and let the gates answer; what is raised on the way becomes the outcome."""
    path = find_pipeline(plan.pipeline, workspace)
    notebook = read_notebook(path)
    parameter = find_parameter(notebook, plan.parameter)
    time_column = continued(plan.watch, workspace).reference.time
    seen = read_seen(workspace, plan.watch)
    data = window_data(standing, seen, plan.rows, time_column, begun.label, workspace)
    begun = replace(begun, data=_spelled(data, folder_of(notebook, path, workspace)))
    keep_retraining(workspace, begun)  # whoever dies from here on has tried
    marks = {
        "nbops.trigger": begun.trigger,
        "nbops.trigger.why": begun.sentence,
        "nbops.watch": plan.watch,
        "nbops.data_label": begun.label,
    }
    try:
        done = run(path, {parameter: begun.data}, workspace=workspace, marks=marks)
        begun = replace(begun, run=done.id)
        version = register(done, begun.model, workspace=workspace)
        if version.run_id != done.id:
            return replace(begun, outcome=FAILED, sentence="the run made no new model", notes=version.notes)
        begun = replace(begun, version=version.version, notes=version.notes)
        reason = f"retrained because of {begun.trigger}: {begun.sentence}"
        settled = settle_version(version, reason, ask_champion=plan.assign, workspace=workspace)
    except ContractViolated as broken:
        said = f"the data of {begun.label} break their contract, and nothing was trained on them"
        return replace(begun, outcome=BROKEN, sentence=said, objections=broken.objections)
    except NbopsError as error:
        run_id = begun.run or _run_of(begun, workspace)
        return replace(begun, outcome=FAILED, run=run_id, sentence=f"retraining on {begun.label} failed: {error}")
    return replace(
        begun, outcome=settled.outcome, sentence=f"{begun.sentence}; {settled.sentence}",
        objections=settled.objections, notes=(*begun.notes, *settled.notes),
    )  # fmt: skip


def _told(standing: Plan, one: Retraining, workspace: Workspace) -> Retraining:
    keep_retraining(workspace, one)
    unsaid = tell_retraining(standing, one, workspace=workspace)
    return replace(one, notes=(*one.notes, *unsaid)) if unsaid else one


def _spelled(path: Path, folder: Path) -> str:
    """Return *path* as code that runs in *folder* spells it."""
    return Path(os.path.relpath(path, folder)).as_posix()


def _run_of(begun: Retraining, workspace: Workspace) -> str:
    """Return the id of the run that was begun for it and failed; empty where none was."""
    ours = (begun.watch, begun.label)
    former = {one.run for one in read_retrainings(workspace, begun.watch)}
    for one in list_runs(workspace, kind="pipeline", limit=5):
        if (one.tags.get("nbops.watch"), one.tags.get("nbops.data_label")) == ours and one.id not in former:
            return one.id
    return ""
