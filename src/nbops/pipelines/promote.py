"""Slice → verified pipeline notebook."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbops.capture.journal.journal import read_journal
from nbops.capture.journal.records import FINISHED, Execution
from nbops.errors import PipelineEdited, PipelineError, PipelineFailed, RunNotFound, RunNotUsable, SliceError
from nbops.pipelines.bar import bar
from nbops.pipelines.codify import codify, type_of
from nbops.pipelines.list_pipelines import KIND
from nbops.pipelines.notebooks import PARAMETERS, TARGET, headings_before, is_edited, make_notebook, write_notebook
from nbops.pipelines.promotion import Comparison, PromotedCell, Promotion
from nbops.pipelines.rewrite import Rewritten, rewrite
from nbops.pipelines.slug import slug
from nbops.pipelines.verify import compare, is_within_spread, proves, rerun
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

_EFFECTS = "nbops-effects.toml"


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
    draft = _Draft(source, title, path, place, executions)
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
    """One promotion under way: slice, write, verify; widen if need be."""

    def __init__(self, run: Run, title: str, path: Path, workspace: Workspace, executions: Sequence[Execution]) -> None:
        self.run, self.title, self.path, self.workspace, self.executions = run, title, path, workspace, executions
        effects = read_effects(workspace.project / _EFFECTS)
        self.slice = slice_executions(executions, _target(run, executions), effects=effects)

    def verified(self, *, progress: bool) -> Promotion:
        """Write and verify the slice; where it falls short, everything that was executed."""
        kept = [item.execution for item in self.slice.kept]
        with bar(f"verifying {self.title}", shown=progress) as step:
            written = self._write(kept)
            fresh = rerun(written, self.path, self.workspace, self.run, step)
        comparisons, reason = self._compare(fresh)
        if proves(comparisons):
            return self._done(kept, comparisons, verified=True, how="")
        everything = [one for one in self.executions if one.index <= _target(self.run, self.executions) and one.success]
        if not reason and all(one.equal for one in comparisons):
            told = (
                "only the data could be compared, the run holds no result"
                if comparisons
                else "the run holds nothing to compare"
            )
            return self._done(kept, comparisons, verified=False, how=told)
        if len(everything) > len(kept):
            return self._widened(everything, kept, fresh, comparisons, reason, progress=progress)
        return self._spread(kept, kept, fresh, fresh, comparisons, reason)

    def _widened(
        self,
        everything: list[Execution],
        kept: list[Execution],
        sliced: Run | PipelineFailed,
        first: tuple[Comparison, ...],
        reason: str,
        *,
        progress: bool,
    ) -> Promotion:
        with bar(f"verifying {self.title} with every cell", shown=progress) as step:
            fresh = rerun(self._write(everything), self.path, self.workspace, self.run, step)
        comparisons, again = self._compare(fresh)
        if proves(comparisons):
            return self._done(
                everything,
                comparisons,
                verified=True,
                how=f"with every cell kept, because the slice alone fell short ({reason or _differences(first)})",
            )
        return self._spread(kept, everything, sliced, fresh, first or comparisons, reason or again)

    def _spread(
        self,
        kept: list[Execution],
        everything: list[Execution],
        sliced: Run | PipelineFailed,
        full: Run | PipelineFailed,
        comparisons: tuple[Comparison, ...],
        reason: str,
    ) -> Promotion:
        """Run everything a second time and hold the slice against what two such runs differ by."""
        if isinstance(sliced, Run) and isinstance(full, Run):
            second = rerun(self._write(everything), self.path, self.workspace, self.run)
            runs = (full, second) if isinstance(second, Run) else ()
            if runs and is_within_spread(self.run, *runs) and is_within_spread(sliced, *runs):
                self._write(kept)
                told = "within spread: what was captured lies between two runs of everything"
                return self._done(kept, comparisons, verified=True, how=told)
            if runs and self.run.metrics and runs[0].metrics != runs[1].metrics:
                reason = f"two runs of everything differ from one another (set a seed): {_differences(comparisons)}"
        # Neither reproduces it: the small one stays, which is at least readable.
        self._write(kept)
        return self._done(kept, comparisons, verified=False, how=reason or _differences(comparisons))

    def _compare(self, fresh: Run | PipelineFailed) -> tuple[tuple[Comparison, ...], str]:
        if isinstance(fresh, PipelineFailed):
            return (), f"in a fresh kernel cell {fresh.cell} raised {fresh.ename}: {fresh.evalue}"
        return compare(self.run, fresh, self.workspace), ""

    def _write(self, kept: Sequence[Execution]) -> Any:
        self.rewritten = self._rewrite(kept)
        notebook = make_notebook(self._cells(kept, self.rewritten), self._metadata(self.rewritten), "python3")
        write_notebook(notebook, self.path)
        return notebook

    def _rewrite(self, kept: Sequence[Execution]) -> Rewritten:
        wanted = {name: value for name, value in self.run.parameters.items()
                  if self.run.origins.get(name, "from").startswith(("from", "explicit"))}  # fmt: skip
        wanted |= self.run.seeds
        failed = {one.index: str((one.error or {}).get("ename", "an error")) for one in kept if not one.success}
        return rewrite([(one.index, one.source) for one in kept], wanted, failed)

    def _cells(self, kept: Sequence[Execution], done: Rewritten) -> list[tuple[str, str, list[str]]]:
        target = _target(self.run, self.executions)
        headings = headings_before(self.workspace.project / self.run.notebook) if self.run.notebook else {}
        cells: list[tuple[str, str, list[str]]] = [("markdown", self._introduction(kept), [])]
        if done.imports:
            cells.append(("code", "\n".join(done.imports), []))
        lines = [f"{name} = {codify(value)}" for name, value in done.parameters.items()]
        cells.append(("code", "\n".join(lines) or "# This run had no parameters.", [PARAMETERS]))
        shown: set[str] = set()
        for one in kept:
            text = "\n\n".join(line for line in headings.get(one.cell or "", ()) if line not in shown)
            shown |= set(headings.get(one.cell or "", ()))
            if text and not text.startswith("# "):
                cells.append(("markdown", text, []))
            if code := done.cells.get(one.index):
                cells.append(("code", code, [TARGET] if one.index == target else []))
        return cells

    def _introduction(self, kept: Sequence[Execution]) -> str:
        where = f"`{Path(self.run.notebook).name}`" if self.run.notebook else "a session"
        return (
            f"# {self.title}\n\nPromoted from the run *{self.run.name}* (`{self.run.id[:8]}`) of {where}. "
            "It runs with plain papermill; "
            f"the cell below holds its parameters.{self._paths(kept)}"
        )

    def _paths(self, kept: Sequence[Execution]) -> str:
        """Tell from where relative paths are meant, if the kept cells open files."""
        if self._directory == "." and self.path.parent == self.workspace.project:
            return ""
        opens = any(one.opened for one in kept)
        return f" Paths are meant from `{self._directory}` in the project (`papermill --cwd`)." if opens else ""

    @property
    def _directory(self) -> str:
        """The folder of the notebook, where its kernel ran, as seen from the project."""
        if not self.run.notebook:
            return "."
        folder = (self.workspace.project / self.run.notebook).parent
        return Path(os.path.relpath(folder, self.workspace.project)).as_posix()

    def _metadata(self, done: Rewritten) -> dict[str, Any]:
        return {
            "version": 1,
            "pipeline": self.title,
            "run": self.run.id,
            "experiment": self.run.experiment,
            "directory": self._directory,
            "metrics": sorted(self.run.metrics),
            "parameters": [
                {"name": name, "type": type_of(value), "default": value} for name, value in done.parameters.items()
            ],
        }

    def _done(
        self, kept: Sequence[Execution], comparisons: tuple[Comparison, ...], *, verified: bool, how: str
    ) -> Promotion:
        indices = {one.index for one in kept}
        reasons = _reasons(self.slice)
        count = f"{len(kept)} of {len(self.executions_to_target)} executions kept"
        told = "; ".join(part for part in (how, _summary(comparisons) if verified else "") if part)
        verdict = f"{told}, {count}"
        return Promotion(
            notebook=self.path,
            verified=verified,
            verdict=verdict,
            kept=tuple(_promoted(one, reasons) for one in kept),
            dropped=tuple(_promoted(one, reasons) for one in self.executions_to_target if one.index not in indices),
            parameters=tuple(self._metadata(self.rewritten)["parameters"]),
            comparisons=comparisons,
            candidates=tuple(self.rewritten.candidates),
            cautions=self._cautions(kept),
            run=self.run.id,
        )

    def _cautions(self, kept: Sequence[Execution]) -> tuple[str, ...]:
        """Say where knowledge ended, and what a person has to see to."""
        found = [*self.slice.cautions, *_unheld(self.run)]
        if self.slice.missing:
            names = ", ".join(f"`{name}`" for name in self.slice.missing)
            found.append(f"{names}: no recorded execution binds what kept cells read; load nbops before the first cell")
        found += [
            f"{label(one)} held a secret, which was masked: read it from an environment variable instead"
            for one in kept
            if one.masked
        ]
        return tuple(found)

    @property
    def executions_to_target(self) -> list[Execution]:
        """Everything that ran up to the target."""
        return [one for one in self.executions if one.index <= self.slice.target]


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


def _differences(comparisons: tuple[Comparison, ...]) -> str:
    found = [
        f"{one.what} was {one.captured} and is {'missing' if one.fresh is None else one.fresh}"
        for one in comparisons
        if not one.equal
    ]
    return "; ".join(found[:3])


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
