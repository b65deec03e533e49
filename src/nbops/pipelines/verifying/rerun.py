"""Run a pipeline in a fresh kernel, as a hidden run."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import PipelineFailed
from nbops.pipelines.running.run import execute_notebook
from nbops.recording.annotate import annotate
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def rerun(notebook: NotebookNode, path: Path, workspace: Workspace, of: Run,
          on_cell: Callable[[int, int], None] | None = None) -> Run | PipelineFailed:  # fmt: skip
    """Execute *notebook* with its defaults in a fresh kernel; return the hidden run that it was, or how it failed."""
    run_id = uuid.uuid4().hex
    output = workspace.outputs / f"{path.stem}-verification.ipynb"
    tags = {"nbops.verifies": of.id}
    try:
        execute_notebook(
            notebook, {}, run_id, output, workspace, path, name=f"verification of {of.name}", tags=tags, on_cell=on_cell
        )
    except PipelineFailed as failure:
        _hide(run_id, workspace)
        return failure
    _hide(run_id, workspace)
    return get_run(run_id, workspace=workspace)


def _hide(run_id: str, workspace: Workspace) -> None:
    flush(120.0, workspace=workspace)
    annotate(run_id, hide=True, workspace=workspace)
