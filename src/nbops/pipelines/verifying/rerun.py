"""Run a pipeline in a fresh kernel, as a hidden run."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import NbopsError, PipelineFailed
from nbops.pipelines.running.bar import bar
from nbops.pipelines.running.execute_notebook import execute_notebook
from nbops.recording.annotate import annotate
from nbops.recording.await_snapshots import await_snapshots
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def rerun(
    notebook: NotebookNode, path: Path, workspace: Workspace, of: Run, title: str, *, progress: bool
) -> Run | PipelineFailed:
    """Execute *notebook* with its defaults in a cold kernel; return the hidden run that it was, or how it failed.

    Proof needs a kernel that has seen nothing, so it is never a forked one.

    Args:
        notebook: Not necessarily the one that lies at *path*.
        path: Where the pipeline lies, or is going to lie.
        workspace: The run's.
        of: The run that has to come out again.
        title: Of the bar.
        progress: Show it.
    """
    run_id = uuid.uuid4().hex
    output = workspace.outputs / f"{path.stem}-verification.ipynb"
    tags = {"nbops.verifies": of.id}
    name = f"verification of {of.name}"
    try:
        with bar(title, shown=progress) as step:
            execute_notebook(
                notebook, {}, run_id, output, workspace, path, name=name, tags=tags, on_cell=step, kernel="cold"
            )
    except PipelineFailed as failure:
        return failure
    finally:
        with suppress(NbopsError):  # the kernel died before it could open the run
            annotate(run_id, hide=True, workspace=workspace)
    return await_snapshots(get_run(run_id, workspace=workspace), workspace)
