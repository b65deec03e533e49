"""What the rooms' tests share: a migrated MLflow store that is copied instead of made anew, and a workspace on it."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from nbops.workspace import ENVIRONMENT, Workspace, open_workspace

if TYPE_CHECKING:
    from pathlib import Path

os.environ.update(
    {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    }
)


@pytest.fixture(scope="session")
def mlflow_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty MLflow store on SQLite, migrated once per session (seconds) and copied by tests (milliseconds)."""
    import sqlite3

    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    SqlAlchemyStore(f"sqlite:///{path}", str(path.parent)).engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture
def stored_workspace(tmp_path: Path, mlflow_template: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace of its own with an empty MLflow store; the process stands in its project."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "pyproject.toml").write_text("")
    workspace = open_workspace(project)
    shutil.copy(mlflow_template, workspace.root / "mlflow.db")
    monkeypatch.chdir(project)
    monkeypatch.setenv(ENVIRONMENT, str(workspace.root))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return workspace
