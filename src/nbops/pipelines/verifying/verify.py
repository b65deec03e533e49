"""Prove a pipeline again, as it is now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import PipelineEdited, PipelineError, RunNotFound
from nbops.pipelines.list_pipelines import find_pipeline
from nbops.pipelines.notebook.notebooks import content_hash, read_notebook, write_notebook
from nbops.pipelines.verifying.chance import tell_chance
from nbops.pipelines.verifying.compare import compare
from nbops.pipelines.verifying.environment_of import environment_of, interpreter_of
from nbops.pipelines.verifying.fit_plan import fit_plan
from nbops.pipelines.verifying.pin import Pin, PinPlan, plan_from
from nbops.pipelines.verifying.store_verdict import stamp, tell_run, tell_screens
from nbops.pipelines.verifying.trial import Trial, Trials, pins_needed, tell_lost, tell_needed, unpinned
from nbops.pipelines.verifying.verdict import EQUAL, Verdict
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.slicing.effects import read_effects
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def verify(pipeline: str | Path, *, workspace: Workspace | None = None, progress: bool = False) -> Verdict:
    """Run *pipeline* with its defaults in a cold kernel, and hold what it gives against the run it was promoted from.

    Where a file has changed since it was read, the copy that is run loads the snapshot instead. The notebook's cells
    stay as they are, edited or not; what is kept is the verdict, for them as they are now.

    Args:
        pipeline: Path of the notebook, or its name.
        workspace: The current directory's by default.
        progress: Show a bar.

    Returns:
        The verdict; it is true where the pipeline is verified.

    Raises:
        PipelineNotFound: There is no such notebook.
        PipelineError: It was not promoted from a run, or that run was deleted: there is nothing to compare with.
        PipelineEdited: Somebody edited it while it was verified; no verdict is kept.
    """
    place = workspace or find_workspace()
    path = find_pipeline(pipeline, place)
    notebook = read_notebook(path)
    told = notebook.metadata.get("nbops", {})
    name = str(told.get("pipeline") or path.stem)
    run = _promoted(str(told.get("run") or ""), name, place)
    trials = Trials(run, path, place, progress=progress)
    plan = fit_plan(_plan(told, path), notebook)
    pins = pins_needed(plan, place)
    trial = trials.make(notebook, pins)
    grounds = _grounds(trial, _chance(trial, trials, notebook, pins), unpinned(plan, pins, place))
    verdict = _verdict(run, path, trial, [*grounds, *tell_needed(pins, place)], notebook, place)
    _keep(verdict, path, notebook, place)
    tell_run(run, verdict, place)
    interpreter = interpreter_of(trial.fresh, place) if trial.fresh is not None else ""
    tell_screens(name, verdict, interpreter, place, {"name": name, "path": place.relative(path), "run_id": run.id})
    return verdict


def _plan(told: Mapping[str, Any], path: Path) -> PinPlan:
    try:
        return plan_from(told.get("loads") or {})
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise PipelineError(f"{path.name} is not a pipeline: what it says of its data is damaged") from error


def _promoted(run_id: str, name: str, workspace: Workspace) -> Run:
    if not run_id:
        raise PipelineError(
            f"{name} does not say which run it was promoted from, so there is nothing to compare with",
            hint=f"nbops promote RUN --name {name} makes one that does",
        )
    hint = f"nbops promote RUN --name {name}"
    try:
        run = get_run(run_id, workspace=workspace)
    except RunNotFound as error:
        raise PipelineError(
            f"the run {run_id[:8]} that {name} was promoted from is not known here; there is nothing to compare with",
            hint=hint,
        ) from error
    if run.deleted:
        raise PipelineError(
            f"the run {run_id[:8]} that {name} was promoted from was deleted; there is nothing to compare with",
            hint=f"nbops runs restore {run_id[:8]}, or {hint}",
        )
    return run


def _chance(trial: Trial, trials: Trials, notebook: NotebookNode, pins: Sequence[Pin]) -> str:
    """Say what differs between two runs of a notebook that did not give what was captured; empty where nothing does."""
    if trial.fresh is None or trial.proves or trial.is_empty:
        return ""
    again = trials.make(notebook, pins, "again").fresh
    between = compare(trial.fresh, again, trials.workspace).comparisons if again is not None else ()
    return "" if all(one.equal for one in between) else tell_chance(between, (), trials.run, read_effects())


def _grounds(trial: Trial, chance: str, lost: Sequence[tuple[str, str]]) -> list[str]:
    if trial.proves:
        return [trial.agreement]
    if trial.is_empty:
        return [trial.emptiness]
    told = chance or trial.shortfall
    return [tell_lost(lost, told) if lost else told]


def _verdict(
    run: Run, path: Path, trial: Trial, grounds: Sequence[str], notebook: NotebookNode, workspace: Workspace
) -> Verdict:
    fresh = trial.fresh
    return Verdict(
        verified=trial.proves,
        how=EQUAL if trial.proves else "",
        told="; ".join(grounds),
        comparisons=trial.comparisons,
        environment=environment_of(fresh, notebook, workspace) if fresh is not None else {},
        cautions=trial.cautions,
        notebook=path,
        run=run.id,
    )


def _keep(verdict: Verdict, path: Path, notebook: NotebookNode, workspace: Workspace) -> None:
    """Write the verdict into the file, which must hold what was verified."""
    now = read_notebook(path)
    if content_hash(now) != content_hash(notebook):
        raise PipelineEdited(
            f"{workspace.relative(path)} was edited while it was verified, so no verdict is kept",
            hint="nbops verify again",
        )
    now.metadata.setdefault("nbops", {})
    stamp(now, verdict, None, notebook)
    write_notebook(now, path)
