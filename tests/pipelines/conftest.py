"""A notebook that a person might have left behind: out of order, with dead ends, tracked; executed in a real kernel."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbclient import NotebookClient

from end_recorder import end_recorder

CELLS = [
    ("load", "%load_ext nbops"),
    ("imports", "from sklearn.linear_model import LogisticRegression\nfrom sklearn.datasets import load_breast_cancer"),
    ("bait", "unused = [number**2 for number in range(10)]"),
    ("frame", "X, y = load_breast_cancer(return_X_y=True, as_frame=True)\nrows = 400"),
    ("change", "X['mean radius'] = X['mean radius'] * 2"),
    ("look", "X.describe().shape"),
    (
        "fit",
        (
            "%%track\nC = 0.5\nmodel = LogisticRegression(C=C, max_iter=3000).fit(X[:rows], y[:rows])\n"
            "accuracy = model.score(X[rows:], y[rows:])"
        ),
    ),
    ("flush", "import nbops\nnbops.flush(120)"),
]


@pytest.fixture(scope="session")
def session_workspace(tmp_path_factory, mlflow_template):
    """A project whose notebook has been executed once in a real kernel, with its run in MLflow."""
    import shutil

    from nbops.workspace import ENVIRONMENT, open_workspace

    project = tmp_path_factory.mktemp("über project")
    (project / "pyproject.toml").write_text("")
    workspace = open_workspace(project)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    path = project / "explore.ipynb"
    cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in CELLS]
    cells.insert(3, nbformat.v4.new_markdown_cell("## Data\n\nSome words.", id="heading"))
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbformat.write(notebook, path)
    old = dict(os.environ)
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    os.environ.update({ENVIRONMENT: str(workspace.root), "JPY_SESSION_NAME": str(path)})
    try:
        client = NotebookClient(notebook, timeout=200, resources={"metadata": {"path": str(project)}})
        # JupyterLab sends the cell's id with its code; nbclient has to be told.
        client.on_cell_execute = lambda cell, **_: client.kc.session.metadata.update(cellId=cell.id)
        client.execute()
    finally:
        os.environ.clear()
        os.environ.update(old)
    yield workspace
    end_recorder(workspace)


@pytest.fixture
def explored(session_workspace, monkeypatch):
    """The session's project, with the process standing in it."""
    from nbops.workspace import ENVIRONMENT

    monkeypatch.chdir(session_workspace.project)
    monkeypatch.setenv(ENVIRONMENT, str(session_workspace.root))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return session_workspace
