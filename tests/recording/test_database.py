"""MLflow's SQLite file between the user's own MLflow and our recorder, with real processes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time

import pytest

from end_recorder import end_recorder
from nbops.errors import StoreUnavailable
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.writing.database import prepare_database, unready
from nbops.recording.writing.mlflow_store import MlflowStore
from nbops.workspace import ENVIRONMENT, open_workspace
from shell_process import ShellProcess


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """A project in which nothing was ever recorded; the process stands in it."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME", ENVIRONMENT):
        monkeypatch.delenv(name, raising=False)
    workspace = open_workspace(tmp_path)
    yield workspace
    end_recorder(workspace)


def _half_made(path, mlflow_template):
    """Leave what a process leaves that dies while MLflow migrates."""
    shutil.copy(mlflow_template, path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
        connection.execute("DROP TABLE logged_models")
        connection.execute("CREATE TABLE _alembic_tmp_params (a)")
    connection.close()


@pytest.mark.slow
@pytest.mark.parametrize("pause", [0.0, 3.0, 6.0])
def test_mlflow_in_the_first_cells(fresh, pause):
    """The user's `log_metric` right after the first tracked cell works, whenever the recorder makes the store."""
    kernel = ShellProcess()
    try:
        kernel.run("%%track\na = 1.5 * 2\n")
        kernel.run("import mlflow")
        time.sleep(pause)
        kernel.run("%%track mine\nmlflow.log_metric('mym', 3.2)\n")
        kernel.run("mlflow.end_run()")
    finally:
        kernel.close()
    assert flush(120, workspace=fresh)
    assert unready(fresh.root / "mlflow.db") is None
    names = {run.name for run in MlflowStore(fresh).latest_runs(most=9)}
    assert len(names) == 2
    assert get_run("last", workspace=fresh).mlflow_run_id


def test_a_store_that_somebody_sets_up_is_left_alone(fresh, mlflow_template):
    """A file that changed a moment ago is waited for, and stays as it is."""
    path = fresh.root / "mlflow.db"
    _half_made(path, mlflow_template)
    before = path.read_bytes()
    with pytest.raises(StoreUnavailable, match="set up by another"):
        prepare_database(path, ours=True)
    assert path.read_bytes() == before


def test_a_half_made_store_is_made_anew(fresh, mlflow_template):
    """Left half made and without runs, it is kept aside and filled; who holds it open sees the new content."""
    path = fresh.root / "mlflow.db"
    _half_made(path, mlflow_template)
    holder = sqlite3.connect(path)
    holder.execute("SELECT * FROM experiments").fetchall()
    os.utime(path, (time.time() - 60,) * 2)
    prepare_database(path, ours=True)
    assert unready(path) is None
    assert holder.execute("SELECT COUNT(*) FROM logged_models").fetchone() == (0,)
    holder.close()
    assert len(list(fresh.root.glob("mlflow.db.unfinished-*"))) == 1
    assert MlflowStore(fresh).create_run("tests", "first", time.time(), {})


def test_a_store_with_runs_is_mlflows_to_upgrade(fresh, mlflow_template):
    """Runs of an older MLflow are never moved aside; the reason names MLflow's own upgrade."""
    path = fresh.root / "mlflow.db"
    shutil.copy(mlflow_template, path)
    MlflowStore(fresh).create_run("tests", "first", time.time(), {})
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '451aebb31d03'")
    connection.close()
    os.utime(path, (time.time() - 60,) * 2)
    with pytest.raises(StoreUnavailable, match="revision") as caught:
        MlflowStore(fresh).latest_runs(most=1).__next__()
    assert caught.value.hint == f"mlflow db upgrade sqlite:///{path}"


def test_a_database_that_took_the_place_of_another_is_noticed(fresh, mlflow_template):
    """A store whose file was deleted writes into the new one, not into what is gone."""
    path = fresh.root / "mlflow.db"
    shutil.copy(mlflow_template, path)
    store = MlflowStore(fresh)
    store.create_run("tests", "first", time.time(), {})
    for place in fresh.root.glob("mlflow.db*"):
        place.unlink()
    shutil.copy(mlflow_template, path)
    second = store.create_run("tests", "second", time.time(), {})
    assert [run.id for run in MlflowStore(fresh).latest_runs(most=9)] == [second]
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT run_uuid FROM runs").fetchall() == [(second,)]
    connection.close()
