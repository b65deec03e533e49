"""Promotion of notebooks that slices alone do not make: files, seeds, half-failed cells, chance."""

from __future__ import annotations

import os
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder
from nbops.errors import RunNotUsable
from nbops.pipelines.promote import promote
from nbops.pipelines.running.run import run
from nbops.recording.flush import flush
from nbops.recording.list_runs import list_runs
from nbops.workspace import ENVIRONMENT, open_workspace

CELLS = (
    "%load_ext nbops",
    "import random",
    "import json",
    "open('data.json', 'w').write('[1, 2, 3]')",
    "def load(path='data.json'):\n    return json.load(open(path))",
    "rows = load()",
    "bait = sum(rows)",
    "rows.append(scale)",
    "scale = 10",
    "rows.append(scale)\nraise RuntimeError('half-way')",
    "random.seed(4)",
    "%%track files\nweight = 2.0\ntotal = weight * sum(load()) + len(rows)",
    "%%track seeded\ndraw = random.random() + total",
    "%%track chance\nluck = random.SystemRandom().random() * 1000",
    "%%track broken\nlost = 1 / 0",
    "%%track nothing\nwords = 'no number'",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory, mlflow_template):
    """A notebook in a folder of the project, executed once in a real kernel, failing cells passed over."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "pyproject.toml").write_text("")
    (folder / "notes").mkdir()
    workspace = open_workspace(folder)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = folder / "notes" / "explore.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbformat.write(notebook, path)
    old = dict(os.environ)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    os.environ.update({ENVIRONMENT: str(workspace.root), "JPY_SESSION_NAME": str(path)})
    client = NotebookClient(
        notebook, timeout=200, allow_errors=True, resources={"metadata": {"path": str(path.parent)}}
    )
    try:
        client.execute()
        flush(120, workspace=workspace)
        yield workspace
    finally:
        os.environ.clear()
        os.environ.update(old)
        end_recorder(workspace)


def promoted(workspace, name):
    found = next(item for item in list_runs(workspace, kind="cell") if item.name == name)
    return promote(found.id, name=name, workspace=workspace, progress=False)


def test_files_are_read_from_where_the_notebook_lay(project):
    """The pipeline lies elsewhere, its kernel stands where the explored one stood; the default file is found."""
    promotion = promoted(project, "files")
    assert promotion.verified, promotion.verdict
    assert promotion.notebook == project.project / "pipelines" / "files.ipynb"
    assert "--cwd notes" in nbformat.read(promotion.notebook, as_version=4).cells[0].source
    assert not any("bait" in cell.source for cell in promotion.kept)
    assert str(project.project) not in promotion.notebook.read_text()
    done = run("files", {"weight": 3.0}, workspace=project)
    assert done.metrics["total"] == 3.0 * 6 + 4


def test_what_a_cell_did_before_it_failed_is_done_again(project):
    """The half-failed cell is kept, its failure does not end the pipeline; the one that did nothing is dropped."""
    promotion = promoted(project, "files")
    assert any("half-way" in cell.source for cell in promotion.kept)
    assert [cell.reason for cell in promotion.dropped if cell.source == "rows.append(scale)"]
    sources = [cell.source for cell in nbformat.read(promotion.notebook, as_version=4).cells]
    assert any(source.startswith("try:\n    rows.append(scale)") for source in sources)


def test_a_seed_makes_draws_come_out_again(project):
    """The seed is in another cell than the draw."""
    promotion = promoted(project, "seeded")
    assert promotion.verified, promotion.verdict
    assert any("random.seed" in cell.source for cell in promotion.kept)


def test_chance_is_not_verified_or_labelled(project):
    """A result that differs every time is either outside of what two runs differ by, or said to be within it."""
    promotion = promoted(project, "chance")
    if promotion.verified:
        assert promotion.verdict.startswith("within spread")
    else:
        assert "`luck` differs between two runs of the same cells" in promotion.verdict
        assert "[14] calls `SystemRandom`" in promotion.verdict


def test_nothing_to_compare_is_not_verified(project):
    """A run without metrics, facts and models proves nothing by running again."""
    found = promoted(project, "nothing")
    assert not found.verified
    assert "nothing to compare" in found.verdict


def test_a_failed_run_is_refused_and_a_finished_one_named(project):
    """The hint names the last run that can be promoted."""
    with pytest.raises(RunNotUsable, match="FAILED") as refused:
        promoted(project, "broken")
    assert "%promote" in refused.value.hint
