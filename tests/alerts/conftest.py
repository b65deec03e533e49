"""A workspace for alerts, and a real HTTP server that receives apprise's json:// posts."""

from __future__ import annotations

import pytest
from routing import receiving, route

from nbops.workspace import open_workspace


@pytest.fixture
def receiver():
    """A server on this machine; it stops with the test."""
    with receiving() as server:
        yield server


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """An empty project."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.delenv("NBOPS_WORKSPACE", raising=False)
    return open_workspace(tmp_path)


@pytest.fixture
def routed(workspace, receiver, monkeypatch):
    """The project has one route to the receiver, named by the environment."""
    monkeypatch.setenv("TEAM_URL", receiver.address)
    route(workspace)
    return workspace
