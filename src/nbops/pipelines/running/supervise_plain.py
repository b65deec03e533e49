"""Supervision of a notebook that papermill was given by somebody else: its command line, Airflow, a scheduler."""

from __future__ import annotations

import os
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.pipelines.running.heartbeat import Running
from nbops.pipelines.running.limits import Limits
from nbops.pipelines.running.origin import origin
from nbops.pipelines.running.spec import spec_of, title_of
from nbops.pipelines.running.supervision import Supervision
from nbops.processes import this_process
from nbops.workspace import ENVIRONMENT, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode


def supervise_plain(notebook: NotebookNode, path: Path | None, output: Path | None, limits: Limits) -> Supervision:
    """Return the supervision of *notebook*, which has papermill's parameters in it; they become those of its run.

    Args:
        notebook: Executed next.
        path: Where it lies, if it is a file here; its workspace is meant, unless the environment names another.
        output: Where the executed notebook goes, if it is a file here.
        limits: What the run may take.
    """
    place = path or (Path.cwd() / "notebook.ipynb")
    workspace = find_workspace() if os.environ.get(ENVIRONMENT) else find_workspace(place.parent)
    parameters = dict(notebook.metadata.get("papermill", {}).get("parameters", {}))
    run = uuid.uuid4().hex
    spec = spec_of(notebook, parameters, run, place, workspace)
    if path is None:
        spec["notebook"] = None
    first = Running(
        run=run,
        pipeline=title_of(notebook, place),
        path=workspace.relative(place),
        started=time.time(),
        owner=this_process(),
        origin=origin(),
        output=workspace.relative(output) if output else "",
    )
    return Supervision(spec, first, workspace, limits, {"JPY_SESSION_NAME": str(place)} if path else {})
