"""A workspace without MLflow: what is tested here happens between a shell and a folder."""

from __future__ import annotations

import sys

import pytest

from nbops.capture.code.is_own_source import is_own_source
from nbops.workspace import ENVIRONMENT, open_workspace


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project in which the process stands; as in a kernel, no module of a test is loaded."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    monkeypatch.chdir(project)
    workspace = open_workspace(project)
    monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("NBOPS_RECORDER", "off")
    for name, module in list(sys.modules.items()):
        if is_own_source(name, getattr(module, "__file__", None)):
            monkeypatch.delitem(sys.modules, name)
    return workspace
