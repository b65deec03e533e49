"""Run a pipeline with other parameters, as a tracked run."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.errors import PipelineFailed, PipelineNotFound
from nbops.pipelines.list_pipelines import KIND, find_pipeline
from nbops.pipelines.notebook.notebooks import TARGET, inject, read_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.pipelines.parameters.check_parameters import check_name, check_parameters
from nbops.pipelines.parameters.codify import codify
from nbops.pipelines.resuming.begin_reuse import begin_reuse, end_reuse
from nbops.pipelines.resuming.resumable import note_run, resumable
from nbops.pipelines.resuming.reuse import Reuse
from nbops.pipelines.running.bar import bar
from nbops.pipelines.running.execute import execute
from nbops.recording.flush import flush
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import ENVIRONMENT, Workspace, find_workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

_DRAIN = 120.0
_MOST_RUNS = 20


def run(
    pipeline: str | Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    *,
    output: str | Path | None = None,
    workspace: Workspace | None = None,
    progress: bool = False,
    resume: str | Run | None = None,
    fresh: bool = False,
) -> Run:
    """Execute *pipeline* in a fresh kernel and return its run, which is in MLflow by then.

    A cell whose code, inputs, files and environment are those of an earlier run is not executed: what it left behind is
    put back. The run's tags `nbops.skipped` and `nbops.reuse` say which cells, and why.

    Args:
        pipeline: Path of the notebook, or its name; not needed with *resume*.
        parameters: Name → value; what is not given keeps its default.
        output: Where the executed notebook goes; default: the workspace's outputs.
        workspace: The current directory's by default.
        progress: Show a bar.
        resume: A run that failed or was killed, to go on with after its last good cell, as a new run with the same
            parameters unless others are given.
        fresh: Execute every cell.

    Raises:
        PipelineNotFound: There is no such notebook.
        RunNotUsable: The run to resume finished, is running, or is not a pipeline's.
        ParameterError: Unknown name or wrong type; no kernel was started.
        PipelineFailed: A cell raised; the run is FAILED and the executed notebook kept.
    """
    place = workspace or find_workspace()
    if resume is not None:
        former = resumable(resume, pipeline, parameters, place)
        pipeline, parameters = former.pipeline, former.parameters
    if pipeline is None:
        raise PipelineNotFound("no pipeline is named")
    path = find_pipeline(pipeline, place)
    notebook = read_notebook(path)
    told = notebook.metadata.get("nbops", {})
    given = dict(parameters or {})
    for parameter in given:
        check_name(parameter)
    checked = check_parameters(given, told["parameters"]) if "parameters" in told else given
    name = str(told.get("pipeline") or path.stem)
    run_id = uuid.uuid4().hex
    target = Path(output).absolute() if output else place.outputs / f"{slug(name)}-{run_id[:8]}.ipynb"
    note_run(run_id, path, given, place)
    reuse = begin_reuse(notebook, run_id, place, fresh=fresh)
    tags = {"nbops.resumes": former.run.id} if resume is not None else {}
    try:
        with bar(name, shown=progress) as step:
            execute_notebook(notebook, checked, run_id, target, place, path, tags=tags, on_cell=step, reuse=reuse)
    except PipelineFailed as failure:
        failure.hint = f"nbops run --resume {run_id[:8]}"
        raise
    finally:
        end_reuse(place)
        flush(_DRAIN, workspace=place, uploads=True)
        _note(place, name, run_id)
    return get_run(run_id, workspace=place)


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
    on_cell: Callable[[int, int], None] | None = None,
    reuse: Reuse | None = None,
) -> None:
    """Execute *notebook* so that its kernel journals it as run *run_id*.

    Raises:
        PipelineFailed: A cell raised.
    """
    from nbops.capture.cells.pipeline_mode import source_hash

    told = notebook.metadata.get("nbops", {})
    title = str(told.get("pipeline") or path.stem)
    defaults = {item["name"]: item["default"] for item in told.get("parameters", ())}
    shown = " ".join(f"{key}={value}" for key, value in list(parameters.items())[:3])
    spec = {
        "run": run_id,
        "name": name or f"{title} {shown}".strip(),
        "experiment": told.get("experiment") or title,
        "parameters": {key: _plain(value) for key, value in (defaults | dict(parameters)).items()},
        "targets": [source_hash(cell.source) for cell in notebook.cells if TARGET in cell.metadata.get("tags", [])],
        "notebook": workspace.relative(path),
        "tags": {"nbops.pipeline": title} | dict(tags or {}),
    }
    code = (
        "\n".join(["# Parameters", *(f"{key} = {codify(value)}" for key, value in parameters.items())])
        if parameters
        else ""
    )
    with tempfile.TemporaryDirectory(prefix="nbops-run-") as temporary:
        file = Path(temporary) / "spec.json"
        file.write_text(json.dumps(spec), encoding="utf-8")
        environment = {PIPELINE_SPEC: str(file), ENVIRONMENT: str(workspace.root), "JPY_SESSION_NAME": str(path)}
        folder = workspace.project / str(told.get("directory", ""))
        inside = folder.resolve().is_relative_to(workspace.project.resolve())
        folder = folder if "directory" in told and inside and folder.is_dir() else path.parent
        execute(inject(notebook, code), output, folder, environment, on_cell, reuse)


def _note(workspace: Workspace, name: str, run_id: str) -> None:
    model = ReadModel(workspace)
    known = model.get(KIND, name)
    if known is not None:
        model.put(KIND, name, known | {"runs": [run_id, *known.get("runs", [])][:_MOST_RUNS]})


def _plain(value: Any) -> Any:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else str(value)
    return value
