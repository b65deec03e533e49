"""One project for the tests of this folder, so that one recorder serves them, and notebooks written in a line."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import nbformat
import pytest
from started_kernel import environment_in, parents, until

from end_recorder import end_recorder
from nbops.workspace import ENVIRONMENT, open_workspace


@pytest.fixture(scope="session")
def common_ground(tmp_path_factory, mlflow_template):
    """A project with a recorder that stays."""
    project = tmp_path_factory.mktemp("running project")
    (project / "pyproject.toml").write_text("")
    workspace = open_workspace(project)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    yield workspace
    end_recorder(workspace)


@pytest.fixture
def ground(common_ground, monkeypatch):
    """The project, with the process standing in it."""
    monkeypatch.chdir(common_ground.project)
    monkeypatch.setenv(ENVIRONMENT, str(common_ground.root))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return common_ground


@pytest.fixture
def notebook(ground):
    """Write a notebook of the given cells into the project; a cell is a source, or a source and its tags."""

    def write(name, *cells, metadata=None, folder=None):
        made = []
        for cell in cells:
            source, tags = cell if isinstance(cell, tuple) else (cell, [])
            made.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags} if tags else {}))
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        path = (folder or ground.project) / name
        nbformat.write(nbformat.v4.new_notebook(cells=made, metadata=kernel | (metadata or {})), path)
        return path

    return write


@pytest.fixture(scope="module")
def place():
    """A folder for the parents of this module; they end when it is gone."""
    folder = Path(tempfile.mkdtemp(prefix="w-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    assert until(lambda: not parents({"NBOPS_WARM": str(folder)}))


@pytest.fixture(scope="module")
def environment(place):
    """The environment of most kernels here, so that they have one parent."""
    old = os.environ.get("NBOPS_WARM")
    os.environ["NBOPS_WARM"] = str(place)
    yield environment_in(place)
    os.environ.pop("NBOPS_WARM") if old is None else os.environ.update(NBOPS_WARM=old)
