"""Execute a notebook as one run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import PipelineCancelled
from nbops.pipelines.notebook.notebooks import inject
from nbops.pipelines.notebook.read_schema import read_schema
from nbops.pipelines.parameters.codify import codify
from nbops.pipelines.parameters.known_secrets import known_secrets
from nbops.pipelines.running.attempt import Attempt, first_attempt
from nbops.pipelines.running.execute import execute
from nbops.pipelines.running.heartbeat import Running
from nbops.pipelines.running.limits import Limits
from nbops.pipelines.running.mark_lineage import mark_lineage
from nbops.pipelines.running.origin import origin
from nbops.pipelines.running.spec import spec_of, title_of
from nbops.pipelines.running.supervision import Hearing, Supervision
from nbops.processes import this_process
from nbops.recording.run import LINEAGE_TAG
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.pipelines.resuming.reuse import Reuse


def execute_notebook(
    notebook: NotebookNode,
    parameters: Mapping[str, Any],
    run_id: str,
    output: Path,
    workspace: Workspace,
    path: Path,
    *,
    name: str = "",
    tags: Mapping[str, str] | None = None,
    on_cell: Callable[..., None] | None = None,
    attempt: Attempt | None = None,
    limits: Limits | None = None,
    hear: Hearing | None = None,
    reuse: Reuse | None = None,
    kernel: str = "cold",
) -> None:
    """Execute *notebook* so that its kernel journals it as run *run_id*.

    Args:
        notebook: Not yet parameterized.
        parameters: Checked already.
        run_id: Of the run.
        output: Where the executed notebook is written.
        workspace: Where the run is recorded.
        path: Of the notebook.
        name: Of the run; default: the pipeline's, and its first parameters.
        tags: More tags.
        on_cell: Called with index, number of cells and first line before each cell.
        attempt: Which one it is, where there may be several.
        limits: What it may take.
        hear: Called with what runs at each cell and every second.
        reuse: Decides which cells need not run.
        kernel: `warm` has it forked where that is safe.

    Raises:
        PipelineFailed: A cell raised, or (`PipelineKilled`) the run went over a limit or its kernel died.
        PipelineCancelled: A person stopped it from elsewhere.
    """
    known_secrets(parameters, read_schema(notebook) or ())
    attempt = attempt or first_attempt(run=run_id)
    spec = spec_of(notebook, parameters, run_id, path, workspace, name=name, tags=attempt.tags | dict(tags or {}))
    if lineage := spec["tags"].get(LINEAGE_TAG):
        mark_lineage(lineage, workspace)
    first = Running(
        run=run_id,
        pipeline=title_of(notebook, path),
        path=workspace.relative(path),
        started=time.time(),
        owner=this_process(),
        attempt=attempt.number,
        retry_of=attempt.retry_of,
        origin=origin(),
        output=workspace.relative(output),
    )
    lines = ["# Parameters", *(f"{key} = {codify(value)}" for key, value in parameters.items())]
    whole = inject(notebook, "\n".join(lines) if parameters else "")
    supervision = Supervision(spec, first, workspace, limits, {"JPY_SESSION_NAME": str(path)}, hear)
    try:
        supervision.hold(attempt.pause, f"attempt {attempt.number} of {attempt.of}")
    except BaseException:
        supervision.cancel()
        supervision.end()
        raise
    if supervision.ending is not None:
        supervision.end()
        raise PipelineCancelled(supervision.ending.sentence, str(output))
    execute(whole, output, folder_of(notebook, path, workspace), supervision, on_cell, kernel=kernel, reuse=reuse)


def folder_of(notebook: NotebookNode, path: Path, workspace: Workspace) -> Path:
    """Return where the code runs: where the promoted notebook's did, else where the pipeline lies."""
    told = notebook.metadata.get("nbops", {})
    folder = workspace.project / str(told.get("directory", ""))
    inside = folder.resolve().is_relative_to(workspace.project.resolve())
    if "directory" in told and inside and folder.is_dir():
        return folder
    return path.parent if path.parent.is_dir() else workspace.project  # one that is being proven is not there yet
