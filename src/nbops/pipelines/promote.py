"""Slice → verified pipeline notebook."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.records import Execution
from nbops.errors import PipelineEdited, PipelineError
from nbops.pipelines.list_pipelines import KIND
from nbops.pipelines.notebook.compose import compose
from nbops.pipelines.notebook.notebooks import is_edited, write_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.pipelines.promoted_cell import PromotedCell
from nbops.pipelines.promotion import Promotion
from nbops.pipelines.slice_run import RunSlice, slice_run
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.verify import Verdict, Verification
from nbops.recording.await_snapshots import await_snapshots
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def promote(
    run: str | Run = "last",
    to: str | Path | None = None,
    *,
    name: str | None = None,
    workspace: Workspace | None = None,
    progress: bool = True,
) -> Promotion:
    """Write the pipeline that reproduces *run*, and prove it in a fresh kernel.

    Args:
        run: A finished run of a tracked cell, or a reference to one.
        to: Path of the notebook; default: `pipelines/NAME.ipynb` in the project.
        name: Of the pipeline; default: the file's, or the run's.
        workspace: The current directory's by default.
        progress: Show a bar during verification.

    Returns:
        What was kept and why, and what was compared. The notebook is written also when it could not be verified.

    Raises:
        RunNotFound: *run* leads nowhere.
        RunNotUsable: The run did not finish, or is not the run of a cell.
        PipelineEdited: *to* was edited by a person, or is not a pipeline of ours.
        SliceError: The run's executions are not in the journal any more.
    """
    place = workspace or find_workspace()
    source = get_run(run, workspace=place)
    found = slice_run(source, place)
    source = await_snapshots(source, place)
    title = name or (Path(to).stem if to else slug(source.name))
    path = Path(to).absolute() if to else place.project / "pipelines" / f"{slug(title)}.ipynb"
    if path.suffix != ".ipynb" or path.is_dir():
        raise PipelineError(
            f"a pipeline is a notebook, and {path.name!r} is not the name of one", hint="--to NAME.ipynb"
        )
    if path.exists() and is_edited(path):
        raise PipelineEdited(f"{place.relative(path)} was edited since it was promoted", hint="--to another file")
    promotion = _Draft(replace(found, run=source), title, path, place).verified(progress=progress)
    _remember(promotion, title, source, place)
    return promotion


class _Draft:
    """One promotion under way: compose, verify."""

    def __init__(self, found: RunSlice, title: str, path: Path, workspace: Workspace) -> None:
        self.found, self.run = found, found.run
        self.title, self.path, self.workspace = title, path, workspace

    def verified(self, *, progress: bool) -> Promotion:
        """Write and verify the slice; where it falls short, everything that was executed."""
        proof = Verification(self.run, self.path, self.workspace, self._write, progress=progress)
        return self._done(proof.of(self.found.kept, [one for one in self.found.before if one.success]))

    def _write(self, kept: Sequence[Execution]) -> NotebookNode:
        self.composed = compose(self.run, kept, title=self.title, path=self.path, workspace=self.workspace)
        write_notebook(self.composed.notebook, self.path)
        return self.composed.notebook

    def _done(self, found: Verdict) -> Promotion:
        kept, dropped = self.found.explained(found.kept)
        count = f"{len(kept)} of {len(self.found.before)} executions kept"
        told = "; ".join(part for part in (found.how, _summary(found.comparisons) if found.verified else "") if part)
        return Promotion(
            notebook=self.path,
            verified=found.verified,
            verdict=f"{told}, {count}",
            kept=kept,
            dropped=dropped,
            parameters=self.composed.parameters,
            comparisons=found.comparisons,
            candidates=self.composed.candidates,
            cautions=self.found.cautions(found.kept),
            run=self.run.id,
        )


def _summary(comparisons: tuple[Comparison, ...]) -> str:
    metrics = [one for one in comparisons if one.what.startswith("metric ")]
    data = [one for one in comparisons if one.what.startswith("snapshot ")]
    parts = [f"{one.what.removeprefix('metric ')} {one.captured:.6g} equal" for one in metrics[:3]]
    parts += [f"and {len(metrics) - 3} more metrics"] if len(metrics) > 3 else []  # noqa: PLR2004 # as many as a line holds
    parts += [f"same data ({', '.join(one.what.removeprefix('snapshot ') for one in data)})"] if data else []
    return ", ".join(parts) or f"{len(comparisons)} values equal"


def _remember(promotion: Promotion, title: str, run: Run, workspace: Workspace) -> None:
    def plain(cells: tuple[PromotedCell, ...]) -> list[dict[str, Any]]:
        names = ("count", "cell", "index", "reason", "source", "lines", "readers")
        return [{name: getattr(one, name) for name in names} for one in cells]

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
