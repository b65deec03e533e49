"""A pipeline that was promoted on a real kernel takes along the contract of its data, and holds them against it."""

from __future__ import annotations

import os
import shutil

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder
from nbops.contracts.contract import contract
from nbops.contracts.save_contract import save_contract
from nbops.errors import ContractViolated
from nbops.pipelines.notebook.attached_contracts import attached_contracts
from nbops.pipelines.notebook.notebooks import read_notebook
from nbops.pipelines.promote import promote
from nbops.pipelines.running.run import run
from nbops.recording.flush import flush
from nbops.workspace import ENVIRONMENT, open_workspace
from trips import trips

CELLS = (
    "%load_ext nbops",
    "import pandas as pd",
    "path = 'trips.csv'\nframe = pd.read_csv(path)",
    "%%track\nfactor = 2.0\nmean = float(frame.price.mean()) * factor",
)


@pytest.fixture
def project(tmp_path, mlflow_template, monkeypatch):
    """A project with trips, a contract of them, and a tracked cell that was run on them."""
    (tmp_path / "pyproject.toml").write_text("")
    trips(1, 500).to_csv(tmp_path / "trips.csv", index=False)
    workspace = open_workspace(tmp_path)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = tmp_path / "explore.ipynb"
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as there:
        there.setitem(os.environ, "JPY_SESSION_NAME", str(path))
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
        NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(tmp_path)}}).execute()
    flush(120, workspace=workspace)
    save_contract(contract("trips.csv", workspace=workspace), None, workspace)
    yield workspace
    end_recorder(workspace)


def test_a_promoted_pipeline_carries_and_holds_its_contract(project):
    """Promoted, run on healthy data, refused on others, and promoted again without being taken for edited."""
    to = project.project / "mean.ipynb"
    promotion = promote("last", to=to, workspace=project, progress=False)
    assert promotion.verified, promotion.verdict
    assert {name: one.name for name, one in attached_contracts(read_notebook(to)).items()} == {"path": "trips"}
    done = run(to, {"factor": 1.0}, workspace=project)
    assert (done.status, done.tags["nbops.contract"]) == ("FINISHED", "ok"), done.tags
    trips(2, 500).assign(price="much").to_csv(project.project / "odd.csv", index=False)
    with pytest.raises(ContractViolated, match="path: column 'price' has values that are not numbers in 500 of 500"):
        run(to, {"path": "odd.csv"}, workspace=project)
    before = to.read_bytes()
    promote(promotion.run, to=to, workspace=project, progress=False)
    assert to.read_bytes() == before
