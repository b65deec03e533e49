"""Slice → verified pipeline notebook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbops.capture.journal.records import FINISHED, Execution
from nbops.errors import PipelineEdited, PipelineError
from nbops.pipelines.name_of_pipeline import name_of_pipeline
from nbops.pipelines.notebook.attached_contracts import carry_contracts
from nbops.pipelines.notebook.compose import Composed, compose
from nbops.pipelines.notebook.notebooks import content_hash, is_edited, read_notebook, write_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.pipelines.promoted_cell import PromotedCell
from nbops.pipelines.promotion import Promotion
from nbops.pipelines.slice_run import RunSlice, slice_run
from nbops.pipelines.verifying.apply_pins import apply_pins
from nbops.pipelines.verifying.fit_plan import fit_plan, pinned_for_good
from nbops.pipelines.verifying.pin import Refusal
from nbops.pipelines.verifying.plan_pins import plan_pins
from nbops.pipelines.verifying.prove import Candidate, Proof, Proven
from nbops.pipelines.verifying.store_verdict import stamp, tell_run, tell_screens
from nbops.pipelines.verifying.trial import Trials
from nbops.recording.await_snapshots import await_snapshots
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

SOURCE, SNAPSHOT = "source", "snapshot"
_MOST_RUNS = 1000


def promote(
    run: str | Run = "last",
    to: str | Path | None = None,
    *,
    name: str | None = None,
    data: str = SOURCE,
    workspace: Workspace | None = None,
    parameters: Sequence[str] = (),
    progress: bool = True,
) -> Promotion:
    """Write the pipeline that reproduces *run*, and prove it in a fresh kernel.

    Args:
        run: A finished run of a tracked cell, or a reference to one.
        to: Path of the notebook; default: `pipelines/NAME.ipynb` in the project.
        name: Of the pipeline; default: the file's, or the run's without the values of parameters.
        data: `source`: the pipeline reads its data from where the run read them, and snapshots are only read to verify
            it, where the source has changed since; `snapshot`: it loads the run's snapshots for good.
        workspace: The current directory's by default.
        parameters: Literals that become parameters although the run itself did not use their names.
        progress: Show a bar during verification.

    Returns:
        What was kept and why, and what was compared. The notebook is written also when it could not be verified.

    Raises:
        RunNotFound: *run* leads nowhere.
        RunNotUsable: The run did not finish, or is not the run of a cell.
        ParameterError: One of *parameters* is no literal that could be one.
        PipelineEdited: *to* was edited by a person, or is not a pipeline of ours.
        PipelineError: *to* is no name of a notebook; or no snapshot can stand for any data of the run, though *data*
            asks for that; or it was interrupted, and what lay at *to* still does.
        SliceError: The run's executions are not in the journal any more.
    """
    if data not in {SOURCE, SNAPSHOT}:
        raise PipelineError(f"data is {data!r}", hint=f"{SOURCE} or {SNAPSHOT}")
    place = workspace or find_workspace()
    source = _meant(run, place)
    found = slice_run(source, place)
    source = await_snapshots(source, place)
    title = name or (Path(to).stem if to else name_of_pipeline(source, place))
    path = Path(to).absolute() if to else place.project / "pipelines" / f"{slug(title)}.ipynb"
    if path.suffix != ".ipynb" or path.is_dir():
        raise PipelineError(
            f"a pipeline is a notebook, and {path.name!r} is not the name of one", hint="--to NAME.ipynb"
        )
    _refuse_edited(path, place)
    draft = _Draft(replace(found, run=source), title, path, place, parameters, pinned=data == SNAPSHOT)
    try:
        return draft.verified(progress=progress)
    except KeyboardInterrupt as error:
        left = f"{place.relative(path)} is as it was" if path.exists() else "nothing was written"
        raise PipelineError(f"the promotion of {source.name} was interrupted; {left}") from error


def _meant(run: str | Run, workspace: Workspace) -> Run:
    """Return the run that *run* means; a name that a pipeline's run bears, too, is that of the cell's."""
    found = get_run(run, workspace=workspace)
    if isinstance(run, Run) or found.kind == "cell" or found.name != run:
        return found
    cells = list_runs(workspace, kind="cell", hidden=True, limit=_MOST_RUNS)
    return next((one for one in cells if one.name == run and one.status == FINISHED), found)


def _without_snapshot(refusals: Sequence[Refusal]) -> str:
    """Name the inputs once for each reason against them."""
    reasons: dict[str, list[str]] = {}
    for one in refusals:
        reasons.setdefault(one.why, []).append(f"`{one.name}`")
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items()) or "the run read no dataset"


def _refuse_edited(path: Path, workspace: Workspace) -> None:
    if path.exists() and is_edited(path):
        raise PipelineEdited(f"{workspace.relative(path)} was edited since it was promoted", hint="--to another file")


class _Draft:
    """One promotion under way: compose, verify; the file is written once, when the verdict stands."""

    def __init__(
        self,
        found: RunSlice,
        title: str,
        path: Path,
        workspace: Workspace,
        parameters: Sequence[str] = (),
        *,
        pinned: bool,
    ) -> None:
        self.found, self.run, self.pinned = found, found.run, pinned
        self.title, self.path, self.workspace, self.parameters = title, path, workspace, parameters

    def verified(self, *, progress: bool) -> Promotion:
        """Prove the slice; where it falls short, more of what was executed; then write what was proven."""
        trials = Trials(self.run, self.path, self.workspace, progress=progress)
        proof = Proof(trials, self._candidate, self.found.before, self.found.effects, pinned=self.pinned)
        return self._done(proof.of(self.found.kept))

    def _compose(self, kept: Sequence[Execution]) -> Composed:
        return compose(
            self.run, kept, title=self.title, path=self.path, workspace=self.workspace, parameters=self.parameters
        )

    def _candidate(self, kept: Sequence[Execution]) -> Candidate:
        composed = self._compose(kept)
        notebook = composed.notebook
        plan = fit_plan(plan_pins(self.run, kept, self.workspace), notebook)
        if not self.pinned:
            return Candidate(tuple(kept), composed, notebook, plan)
        if not plan.pins:
            raise PipelineError(
                f"no snapshot can stand for the data of {self.run.name}: {_without_snapshot(plan.refusals)}",
                hint=f"run the cell again, then nbops promote {self.run.name} --data snapshot; or --data source",
            )
        pinned = apply_pins(notebook, plan.pins)
        pinned.metadata["nbops"]["content"] = content_hash(pinned)
        return Candidate(tuple(kept), composed, pinned, pinned_for_good(plan))

    def _done(self, proven: Proven) -> Promotion:
        found, candidate = proven.verdict, proven.candidate
        kept, composed = candidate.kept, candidate.composed
        former = read_notebook(self.path) if self.path.exists() else None
        _refuse_edited(self.path, self.workspace)  # it took a while
        without = carry_contracts(candidate.notebook, former, self.workspace)
        stamp(candidate.notebook, found, candidate.plan, former)
        write_notebook(candidate.notebook, self.path)
        stay, go = self.found.explained(kept)
        promotion = Promotion(
            notebook=self.path,
            verified=found.verified,
            verdict=f"{found.told}, {len(stay)} of {len(self.found.before)} executions kept",
            kept=stay,
            dropped=go,
            parameters=composed.parameters,
            comparisons=found.comparisons,
            candidates=composed.candidates,
            cautions=(
                *self.found.cautions(kept, composed),
                *found.cautions,
                *self._read_from_source(candidate),
                *without,
            ),
            run=self.run.id,
        )
        tell_run(self.run, found, self.workspace)
        tell_screens(
            self.title, found, proven.interpreter, self.workspace, _screen(promotion, self.title, self.workspace)
        )
        return promotion

    def _read_from_source(self, candidate: Candidate) -> Iterator[str]:
        """Say which data a pipeline that was to load snapshots still reads from their source."""
        for refusal in candidate.plan.refusals if self.pinned else ():
            yield f"`{refusal.name}` is read from its source, not from a snapshot: {refusal.why}"
        read = "\n".join(cell.source for cell in candidate.notebook.cells if not cell.metadata.get("tags"))
        for item in candidate.composed.parameters if self.pinned else ():
            if item.get("kind") == "data" and item["name"] not in read:
                yield f"the parameter `{item['name']}` has no effect: what it names is read from a snapshot"


def _screen(promotion: Promotion, title: str, workspace: Workspace) -> dict[str, Any]:
    """Return what screens show of a promotion beside its verdict."""

    def plain(cells: tuple[PromotedCell, ...]) -> list[dict[str, Any]]:
        names = ("count", "cell", "index", "reason", "source", "lines", "readers")
        return [{name: getattr(one, name) for name in names} for one in cells]

    return {
        "name": title,
        "path": workspace.relative(promotion.notebook),
        "run_id": promotion.run,
        "verdict": promotion.verdict,
        "parameters": list(promotion.parameters),
        "candidates": list(promotion.candidates),
        "created": time.time(),
        "kept": plain(promotion.kept),
        "dropped": plain(promotion.dropped),
    }
