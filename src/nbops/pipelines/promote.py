"""Slice → verified pipeline notebook."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import FINISHED, Execution
from nbops.errors import PipelineEdited, PipelineError, RunNotFound, RunNotUsable, SliceError
from nbops.pipelines.list_pipelines import KIND
from nbops.pipelines.notebook.compose import compose
from nbops.pipelines.notebook.notebooks import is_edited, write_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.pipelines.promotion import PromotedCell, Promotion
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.verify import Verdict, Verification
from nbops.recording.await_snapshots import await_snapshots
from nbops.recording.dataset_state import BEING_STORED, BY_REFERENCE, dataset_state
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.run import Run
from nbops.slicing.effects import read_effects
from nbops.slicing.slice import Slice, label
from nbops.slicing.slice_executions import slice_executions
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_EFFECTS = "nbops-effects.toml"


def promote(
    run: str | Run = "last",
    to: str | Path | None = None,
    *,
    name: str | None = None,
    workspace: Workspace | None = None,
    parameters: Sequence[str] = (),
    progress: bool = True,
) -> Promotion:
    """Write the pipeline that reproduces *run*, and prove it in a fresh kernel.

    Args:
        run: A finished run of a tracked cell, or a reference to one.
        to: Path of the notebook; default: `pipelines/NAME.ipynb` in the project.
        name: Of the pipeline; default: the file's, or the run's.
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
        SliceError: The run's executions are not in the journal any more.
    """
    place = workspace or find_workspace()
    source = get_run(run, workspace=place)
    _refuse_unusable(source, place)
    source = await_snapshots(source, place)
    title = name or (Path(to).stem if to else slug(source.name))
    path = Path(to).absolute() if to else place.project / "pipelines" / f"{slug(title)}.ipynb"
    if path.suffix != ".ipynb" or path.is_dir():
        raise PipelineError(
            f"a pipeline is a notebook, and {path.name!r} is not the name of one", hint="--to NAME.ipynb"
        )
    if path.exists() and is_edited(path):
        raise PipelineEdited(f"{place.relative(path)} was edited since it was promoted", hint="--to another file")
    executions = _executions(source, place)
    draft = _Draft(source, title, path, place, executions, parameters)
    promotion = draft.verified(progress=progress)
    _remember(promotion, title, source, place)
    return promotion


def _unheld(run: Run) -> Iterator[str]:
    """Say which data no comparison can hold against what the run read."""
    for item in run.snapshots:
        state = dataset_state(item)
        if state == BEING_STORED:
            yield f"`{item['name']}` is still being stored, so that its rows were not compared; promote again later"
        elif state == BY_REFERENCE:
            reason = f" ({item['reason']})" if item.get("reason") else ""
            yield f"`{item['name']}` is by reference{reason}, so that its rows were not compared"


class _Draft:
    """One promotion under way: slice, compose, verify."""

    def __init__(
        self,
        run: Run,
        title: str,
        path: Path,
        workspace: Workspace,
        executions: Sequence[Execution],
        parameters: Sequence[str] = (),
    ) -> None:
        self.run, self.title, self.path, self.workspace, self.parameters = run, title, path, workspace, parameters
        target = _target(run, executions)
        self.before = [one for one in executions if one.index <= target]
        self.slice = slice_executions(executions, target, effects=read_effects(workspace.project / _EFFECTS))

    def verified(self, *, progress: bool) -> Promotion:
        """Write and verify the slice; where it falls short, everything that was executed."""
        proof = Verification(self.run, self.path, self.workspace, self._write, progress=progress)
        kept = [item.execution for item in self.slice.kept]
        return self._done(proof.of(kept, [one for one in self.before if one.success]))

    def _write(self, kept: Sequence[Execution]) -> NotebookNode:
        self.composed = compose(
            self.run, kept, title=self.title, path=self.path, workspace=self.workspace, parameters=self.parameters
        )
        write_notebook(self.composed.notebook, self.path)
        return self.composed.notebook

    def _done(self, found: Verdict) -> Promotion:
        indices = {one.index for one in found.kept}
        reasons = _reasons(self.slice)
        count = f"{len(found.kept)} of {len(self.before)} executions kept"
        told = "; ".join(part for part in (found.how, _summary(found.comparisons) if found.verified else "") if part)
        return Promotion(
            notebook=self.path,
            verified=found.verified,
            verdict=f"{told}, {count}",
            kept=tuple(_promoted(one, reasons) for one in found.kept),
            dropped=tuple(_promoted(one, reasons) for one in self.before if one.index not in indices),
            parameters=self.composed.parameters,
            comparisons=found.comparisons,
            candidates=self.composed.candidates,
            cautions=self._cautions(found.kept),
            run=self.run.id,
        )

    def _cautions(self, kept: Sequence[Execution]) -> tuple[str, ...]:
        """Say where knowledge ended, and what a person has to see to."""
        found = [*self.slice.cautions, *_unheld(self.run)]
        if self.slice.missing:
            names = ", ".join(f"`{name}`" for name in self.slice.missing)
            found.append(f"{names}: no recorded execution binds what kept cells read; load nbops before the first cell")
        for name, variable in self.composed.secrets.items():
            found.append(
                f"`{name}` was a secret, which is not in the pipeline: set the environment variable {variable}"
            )
        found += [
            f"the code set {variable} to a secret, which is not in the pipeline: set that environment variable"
            for variable in self.composed.variables
        ]
        found += [
            f"{label(one)} held a secret, which was masked: read it from an environment variable instead"
            for one in kept
            if one.index in self.composed.unnamed
        ]
        return tuple(found)


def _refuse_unusable(run: Run, workspace: Workspace) -> None:
    finished = next((one for one in list_runs(workspace, status=FINISHED) if one.kind == "cell" and one.session), None)
    hint = f"%promote {finished.id[:8]}  ({finished.name}, the last finished one)" if finished else "%%track"
    if run.status != FINISHED:
        raise RunNotUsable(f"run {run.name} is {run.status}; only finished runs can be promoted", hint=hint)
    if run.kind != "cell" or not run.session or run.execution is None:
        raise RunNotUsable(f"run {run.name} is not the run of a cell, so there is nothing to slice", hint=hint)


def _executions(run: Run, workspace: Workspace) -> list[Execution]:
    reading = read_journal(workspace.journals / str(run.session))
    found = {record.index: record for record in reading.records if isinstance(record, Execution)}
    if run.execution not in found:
        raise SliceError(f"the executions of run {run.name} are not in the journal any more", hint="run the cell again")
    return [found[index] for index in sorted(found)]


def _target(run: Run, executions: Sequence[Execution]) -> int:
    if run.execution is None or not executions:
        raise RunNotFound(f"run {run.name} has no execution")
    return run.execution


def _promoted(one: Execution, reasons: dict[int, str]) -> PromotedCell:
    return PromotedCell(
        one.source, reasons.get(one.index, "kept: everything was, see the verdict"), one.cell, one.count
    )


def _reasons(found: Slice) -> dict[int, str]:
    kept = {
        item.execution.index: "; ".join(reason.removeprefix("kept: ") for reason in item.reasons) for item in found.kept
    }
    return kept | {item.execution.index: item.reason.removeprefix("dropped: ") for item in found.dropped}


def _summary(comparisons: tuple[Comparison, ...]) -> str:
    metrics = [one for one in comparisons if one.what.startswith("metric ")]
    data = [one for one in comparisons if one.what.startswith("snapshot ")]
    parts = [f"{one.what.removeprefix('metric ')} {one.captured:.6g} equal" for one in metrics[:3]]
    parts += [f"and {len(metrics) - 3} more metrics"] if len(metrics) > 3 else []  # noqa: PLR2004 # as many as a line holds
    parts += [f"same data ({', '.join(one.what.removeprefix('snapshot ') for one in data)})"] if data else []
    return ", ".join(parts) or f"{len(comparisons)} values equal"


def _remember(promotion: Promotion, title: str, run: Run, workspace: Workspace) -> None:
    def plain(cells: tuple[PromotedCell, ...]) -> list[dict[str, Any]]:
        return [{"count": one.count, "cell": one.cell, "reason": one.reason, "source": one.source} for one in cells]

    model = ReadModel(workspace)
    known = model.get(KIND, title) or {}
    model.put(
        KIND,
        title,
        {
            "name": title,
            "path": workspace.relative(promotion.notebook),
            "run_id": run.id,
            "verified": promotion.verified,
            "verdict": promotion.verdict,
            "parameters": list(promotion.parameters),
            "candidates": list(promotion.candidates),
            "created": time.time(),
            "kept": plain(promotion.kept),
            "dropped": plain(promotion.dropped),
            "runs": known.get("runs", []),
        },
    )
