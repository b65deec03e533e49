"""What a pipeline is called that nobody has named."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from nbops.capture.cells.naming import cell_key, shown_parameter
from nbops.errors import NbopsError, PipelineError
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.notebook.slug import slug
from nbops.recording.get_run import get_run
from nbops.recording.run import Run
from nbops.workspace import Workspace


def name_of_pipeline(run: Run, workspace: Workspace) -> str:
    """Return a name for the pipeline of *run*: the run's, without the values of parameters, which the next one changes.

    Where that is the name of another cell's pipeline, the notebook's name is added, and a number if need be.
    """
    values = {shown_parameter(name, value) for name, value in run.parameters.items()}
    whole = run.name
    for value in sorted(values, key=len, reverse=True):
        whole = f" {whole} ".replace(f" {value} ", " ").strip()
    words = whole.split(" ")
    if words[-1].endswith("…"):  # cut off, in the middle of a value
        words.pop()
    stem = Path(run.notebook).stem if run.notebook else ""
    plain = slug(" ".join(words) or stem)
    for name in (plain, *([slug(f"{plain}-{stem}")] if stem and stem != plain else [])):
        if _is_free(name, run, workspace):
            return name
    return next(name for number in count(2) if _is_free(name := f"{plain}-{number}", run, workspace))


def _is_free(name: str, run: Run, workspace: Workspace) -> bool:
    """Say whether no pipeline of another cell lies where *name* leads; what is no pipeline is told of by who writes."""
    path = workspace.project / "pipelines" / f"{name}.ipynb"
    if not path.is_file():
        return True
    try:
        told = read_notebook(path).metadata.get("nbops", {})
    except (PipelineError, AttributeError):
        return True
    if not told.get("run") or told["run"] == run.id:
        return True
    with suppress(NbopsError):
        other = get_run(str(told["run"]), workspace=workspace)
        same = cell_key(other.cell, other.source) == cell_key(run.cell, run.source)
        return other.notebook == run.notebook and (same or other.name == run.name)
    return bool(told.get("experiment") == run.experiment)
