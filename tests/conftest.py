"""What the rooms' tests share: a migrated MLflow store that is copied instead of made anew, and a workspace on it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_recorder import end_recorder
from nbops.capture import boundary
from nbops.capture.secrets import redaction
from nbops.workspace import ENVIRONMENT, Workspace, open_workspace

os.environ.update(
    {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "NBOPS_RECORDER_IDLE": "20",
    }
)


@pytest.fixture(scope="session", autouse=True)
def warm_place() -> Iterator[None]:
    """The parents of warm kernels listen in a folder of this session; they end when it is gone."""
    with tempfile.TemporaryDirectory(prefix="nbops-w-") as folder:
        os.environ["NBOPS_WARM"] = folder
        yield


@pytest.fixture(autouse=True)
def nothing_unexpected_is_said(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A test fails where nbops says that something was not recorded, unless it listens; the product only shows it."""
    said: list[str] = []
    monkeypatch.setattr(boundary, "_show", lambda warning: said.append(str(warning)))
    yield
    assert not said


@pytest.fixture(autouse=True)
def no_secret_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test begins as a kernel does: what other tests' cells held as secrets is not looked for."""
    monkeypatch.setattr(redaction, "_learned", set())


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


@pytest.fixture
def journaled(stored_workspace: Workspace):
    """Write finished runs into a journal as a kernel would, and return each run's id; no recorder is started."""
    import pickle
    import time
    from uuid import uuid4

    from nbops.capture.journal.journal import Journal
    from nbops.capture.journal.records import RunClosed, RunOpened, Session
    from nbops.processes import this_process

    session = f"20260101T000000-{uuid4().hex[:8]}"
    journal = Journal(stored_workspace, session)
    journal.append(Session(session=session, owner=this_process(), time=time.time(), notebook="a.ipynb"))

    def write(name="fit", *, status="FINISHED", model=True, closed=True, opened=None, **facts):
        run = uuid4().hex
        begun = {"kind": "cell", "cell": "c1", "count": 3, "notebook": "a.ipynb", "source": "C = 0.5"} | (opened or {})
        journal.append(RunOpened(run=run, session=session, time=time.time(), name=name, experiment="tests", **begun))
        if not closed:
            return run
        if model:
            from sklearn.linear_model import LogisticRegression

            fitted = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
            blob = journal.put(pickle.dumps(fitted))
            signature = {"inputs": [["x", "float64"]], "tensor": None, "output": "int64"}
            facts["models"] = (
                {"name": "model", "class": "sklearn.linear_model.LogisticRegression", "blob": blob, "bytes": 1}
                | {"pickled": "pickle", "signature": signature, "packages": ["scikit-learn"]},
            )
        given = {"parameters": {"C": 0.5}, "metrics": {"auc": 0.8}} | facts
        journal.append(RunClosed(run=run, status=status, time=time.time(), duration=0.01, **given))
        return run

    yield write
    journal.close()
    end_recorder(stored_workspace)
