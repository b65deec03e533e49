"""A real S3 protocol server for the shared store."""

from __future__ import annotations

import sys
from uuid import uuid4

import pytest

from nbops.workspace import Workspace
from s3_server import s3, s3_server

__all__ = ["s3", "s3_server"]


@pytest.fixture(autouse=True)
def _main_can_be_spawned(monkeypatch):
    """An IPython shell that ran in this process leaves a `__main__` without `__spec__`, which multiprocessing needs."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__spec__", getattr(main, "__spec__", None), raising=False)


@pytest.fixture(name="places")
def _places(tmp_path):
    """Make workspaces of machines that share nothing but the store."""

    def make(name):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / "pyproject.toml").touch()
        return Workspace(tmp_path / name / ".nbops")

    return make


@pytest.fixture(name="folder")
def _folder(tmp_path, monkeypatch):
    """A folder as store."""
    monkeypatch.setenv("NBOPS_SNAPSHOTS", str(tmp_path / "shared"))
    return tmp_path / "shared"


@pytest.fixture(name="store", params=["folder", "file", "memory", "s3"])
def _store(request, tmp_path, monkeypatch):
    """Any kind of store."""
    if request.param == "s3":
        request.getfixturevalue("s3")
    else:
        urls = {
            "folder": str(tmp_path / "shared"),
            "file": f"file://{tmp_path}/shared",
            "memory": f"memory://{uuid4()}",
        }
        monkeypatch.setenv("NBOPS_SNAPSHOTS", urls[request.param])
    return request.param
