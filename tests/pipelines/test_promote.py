"""Promotion on a real kernel: the slice, the notebook, the proof, and the run with other parameters."""

from __future__ import annotations

import subprocess
import sys

import nbformat
import pytest

from nbops.errors import ParameterError, PipelineEdited, PipelineFailed, PipelineNotFound, RunNotFound
from nbops.pipelines.list_pipelines import list_pipelines
from nbops.pipelines.promote import promote
from nbops.pipelines.running.run import run
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs


@pytest.fixture(scope="session")
def promotion(session_workspace):
    """The tracked run of the explored notebook, promoted once."""
    to = session_workspace.project / "pipeline.ipynb"
    return promote("best:accuracy", to=to, workspace=session_workspace, progress=False)


def test_the_pipeline_is_proven_to_reproduce_the_run(promotion):
    """A fresh kernel gave the same accuracy from the same data; the verdict says so."""
    assert promotion.verified, promotion.verdict
    assert "accuracy" in promotion.verdict
    assert {one.what for one in promotion.comparisons if one.equal} >= {"metric accuracy"}


def test_what_the_result_needs_is_kept_and_the_rest_is_not(promotion):
    """In-place changes stay, dead ends go, and each says why."""
    kept, dropped = ({one.cell: one.reason for one in cells} for cells in (promotion.kept, promotion.dropped))
    assert {"frame", "change", "fit"} <= kept.keys()
    assert {"bait", "look"} <= dropped.keys()
    assert all([*kept.values(), *dropped.values()])


def test_the_notebook_reads_as_a_person_would_write_it(promotion):
    """Imports first, one parameters cell, headings kept, tracking gone, code as typed."""
    notebook = nbformat.read(promotion.notebook, as_version=4)
    nbformat.validate(notebook)
    tags = [cell.metadata.get("tags", []) for cell in notebook.cells]
    sources = [cell.source for cell in notebook.cells]
    assert tags.index(["parameters"]) < tags.index(["nbops-target"])
    assert "C: float = 0.5" in sources[tags.index(["parameters"])]
    assert sources[1].startswith("from sklearn")
    assert "## Data" in sources
    assert not any("%%track" in source or "load_ext" in source or "unused" in source for source in sources)


def test_promoting_again_writes_the_same_bytes(promotion, explored):
    """Equal input, equal file: nothing churns in git."""
    before = promotion.notebook.read_bytes()
    again = promote(promotion.run, to=promotion.notebook, workspace=explored, progress=False)
    assert again.notebook.read_bytes() == before


def test_other_parameters_are_another_tracked_run(promotion, explored):
    """The run is in MLflow, with its parameters, metric and model, and the executed notebook is kept."""
    done = run(promotion.notebook, {"C": 1e-9}, workspace=explored)
    assert (done.status, done.kind, done.parameters["C"]) == ("FINISHED", "pipeline", 1e-9)
    assert done.mlflow_run_id
    assert done.metrics["accuracy"] != get_run(promotion.run, workspace=explored).metrics["accuracy"]
    assert done.models
    assert list(explored.outputs.glob(f"*{done.id[:8]}.ipynb"))


def test_a_wrong_parameter_is_refused_before_a_kernel_starts(promotion, explored):
    """An unknown name is named with near matches, a wrong type with both types; no run appears."""
    before = len(list_runs(explored, hidden=True))
    with pytest.raises(ParameterError, match="'c'") as refused:
        run(promotion.notebook, {"c": 1.0}, workspace=explored)
    assert "C" in refused.value.hint
    with pytest.raises(ParameterError, match="float"):
        run(promotion.notebook, {"C": "much"}, workspace=explored)
    assert len(list_runs(explored, hidden=True)) == before


def test_a_failing_cell_is_a_failed_run(promotion, explored):
    """The error names the cell, the run is FAILED in MLflow, the executed notebook holds the traceback."""
    with pytest.raises(PipelineFailed, match="must be") as failed:
        run(promotion.notebook, {"C": -1.0}, workspace=explored)
    assert failed.value.ename
    latest = list_runs(explored, kind="pipeline")[0]
    assert latest.status == "FAILED"
    assert latest.mlflow_run_id


def test_plain_papermill_runs_it(promotion, tmp_path):
    """Without our engine, and without nbops in the notebook, the pipeline is an ordinary papermill notebook."""
    out = tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(promotion.notebook), str(out), "-p", "C", "0.3"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert "nbops" not in "".join(cell.source for cell in nbformat.read(out, as_version=4).cells[1:])


def test_a_persons_edit_is_never_overwritten(promotion, explored, tmp_path):
    """An edited pipeline, or somebody's own notebook, is refused."""
    copy = tmp_path / "mine.ipynb"
    notebook = nbformat.read(promotion.notebook, as_version=4)
    notebook.cells[-1].source += "\n# mine"
    nbformat.write(notebook, copy)
    with pytest.raises(PipelineEdited):
        promote(promotion.run, to=copy, workspace=explored, progress=False)


def test_a_pipeline_is_found_by_name(promotion, explored):
    """The list knows it, and a name that is near is suggested."""
    assert [item["name"] for item in list_pipelines(explored)] == ["pipeline"]
    with pytest.raises(PipelineNotFound) as missing:
        run("pipelin", workspace=explored)
    assert "pipeline" in missing.value.hint


def test_a_run_that_is_not_there_is_named(explored):
    """The reference is in the sentence."""
    with pytest.raises(RunNotFound, match="nothing-like-it"):
        promote("nothing-like-it", workspace=explored)
