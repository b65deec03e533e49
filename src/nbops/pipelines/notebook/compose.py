"""Kept executions → the notebook of a pipeline."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.notebooks import PARAMETERS, TARGET, headings_before, make_notebook
from nbops.pipelines.notebook.rewrite import Rewritten, rewrite
from nbops.pipelines.parameters.codify import codify, type_of
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True, slots=True)
class Composed:
    """A pipeline's notebook.

    Attributes:
        notebook: Not yet written.
        parameters: `{"name", "type", "default"}` of each parameter.
        candidates: Literals that stayed code but could be parameters.
    """

    notebook: NotebookNode
    parameters: tuple[dict[str, Any], ...]
    candidates: tuple[str, ...]


def compose(run: Run, kept: Sequence[Execution], *, title: str, path: Path, workspace: Workspace) -> Composed:
    """Make the notebook that executes *kept*, with the parameters of *run*.

    Args:
        run: The run that is promoted; its execution is the target cell.
        kept: In the order in which they ran.
        title: Name of the pipeline.
        path: Where the notebook is going to lie.
        workspace: The run's.
    """
    done = _rewrite(run, kept)
    parameters = tuple(
        {"name": name, "type": type_of(value), "default": value} for name, value in done.parameters.items()
    )
    directory = _directory(run, workspace)
    metadata = {
        "version": 1,
        "pipeline": title,
        "run": run.id,
        "experiment": run.experiment,
        "directory": directory,
        "metrics": sorted(run.metrics),
        "parameters": list(parameters),
    }
    opens = any(one.opened for one in kept) and not (directory == "." and path.parent == workspace.project)
    cells = [
        ("markdown", _introduction(run, title, directory if opens else ""), []),
        *_cells(run, kept, done, workspace),
    ]
    return Composed(make_notebook(cells, metadata, "python3"), parameters, tuple(done.candidates))


def _rewrite(run: Run, kept: Sequence[Execution]) -> Rewritten:
    wanted = {
        name: value
        for name, value in run.parameters.items()
        if run.origins.get(name, "from").startswith(("from", "explicit"))
    }
    wanted |= run.seeds
    failed = {one.index: str((one.error or {}).get("ename", "an error")) for one in kept if not one.success}
    return rewrite([(one.index, one.source) for one in kept], wanted, failed)


def _cells(
    run: Run, kept: Sequence[Execution], done: Rewritten, workspace: Workspace
) -> Iterator[tuple[str, str, list[str]]]:
    headings = headings_before(workspace.project / run.notebook) if run.notebook else {}
    if done.imports:
        yield "code", "\n".join(done.imports), []
    lines = [f"{name} = {codify(value)}" for name, value in done.parameters.items()]
    yield "code", "\n".join(lines) or "# This run had no parameters.", [PARAMETERS]
    shown: set[str] = set()
    for one in kept:
        text = "\n\n".join(line for line in headings.get(one.cell or "", ()) if line not in shown)
        shown |= set(headings.get(one.cell or "", ()))
        if text and not text.startswith("# "):
            yield "markdown", text, []
        if code := done.cells.get(one.index):
            yield "code", code, [TARGET] if one.index == run.execution else []


def _introduction(run: Run, title: str, directory: str) -> str:
    where = f"`{Path(run.notebook).name}`" if run.notebook else "a session"
    paths = f" Paths are meant from `{directory}` in the project (`papermill --cwd`)." if directory else ""
    return (
        f"# {title}\n\nPromoted from the run *{run.name}* (`{run.id[:8]}`) of {where}. "
        f"It runs with plain papermill; the cell below holds its parameters.{paths}"
    )


def _directory(run: Run, workspace: Workspace) -> str:
    """Return the folder of the notebook, where its kernel ran, as seen from the project."""
    if not run.notebook:
        return "."
    folder = (workspace.project / run.notebook).parent
    return Path(os.path.relpath(folder, workspace.project)).as_posix()
