"""Runs that are said to be in MLflow and are not, with real recorders as processes."""

from __future__ import annotations

import shutil

import pytest

from end_recorder import end_recorder
from nbops.readiness.examine import examine
from nbops.recording.annotate import annotate
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.lost_runs import lost_runs
from nbops.recording.sync import sync


def _told(workspace):
    return next(found for found in examine(workspace, local=True) if found.topic == "recorder")


def _delete_store(workspace):
    for path in workspace.root.glob("mlflow.db*"):
        path.unlink()


@pytest.mark.parametrize("alive", [True, False])
def test_runs_of_a_deleted_store_are_written_again(stored_workspace, writer, drain, stored, alive, mlflow_template):
    """`nbops doctor` counts them, `nbops sync` writes them once more, points and all; a living recorder notices it."""
    del drain
    first = writer.open("first")
    for step, value in enumerate((3.0, 2.0)):
        writer.log(first, step, metrics={"loss": value})
    writer.close(first)
    second = writer.run("second", parameters={"C": 1.0})
    assert sync(stored_workspace).recorded == 2
    annotate(first, star=True, workspace=stored_workspace)
    sync(stored_workspace)
    assert sync(stored_workspace).recorded == 0
    assert _told(stored_workspace).sentence.endswith("every run is in MLflow")
    if not alive:
        end_recorder(stored_workspace)
    _delete_store(stored_workspace)
    shutil.copy(mlflow_template, stored_workspace.root / "mlflow.db")
    assert [row["id"] for row in lost_runs(stored_workspace)] == [first, second]
    found = _told(stored_workspace)
    assert (found.state, found.sentence) == ("broken", "2 runs are recorded here but not in this MLflow")
    assert sync(stored_workspace).recorded == 2
    assert _told(stored_workspace).sentence.endswith("every run is in MLflow")
    again = stored(first)
    assert (again.data.params["C"], again.data.metrics["auc"], again.data.metrics["loss"]) == ("0.5", 0.8, 2.0)
    assert again.data.tags["nbops.star"] == "true"
    from mlflow import MlflowClient

    history = MlflowClient(stored_workspace.tracking_uri).get_metric_history(again.info.run_id, "loss")
    assert [(point.step, point.value) for point in history] == [(0, 3.0), (1, 2.0)]
    assert get_run(first, workspace=stored_workspace).mlflow_run_id == again.info.run_id
    end_recorder(stored_workspace)
    for path in stored_workspace.root.glob("runs.db*"):
        path.unlink()
    ReadModel(stored_workspace).fold()
    assert get_run(first, workspace=stored_workspace).mlflow_run_id == again.info.run_id
    assert lost_runs(stored_workspace) == []


def test_sync_counts_what_arrived(stored_workspace, writer, drain):
    """A run that MLflow refuses counts as refused each time, never as written."""
    del drain
    writer.run("good", parameters={"C": 1.0})
    run = writer.run("bad", opened={"attach": "0" * 32}, parameters={"C": 1.0})
    for written in (1, 0):
        done = sync(stored_workspace)
        assert (done.recorded, done.pending, done.refused) == (written, 0, 1)
        assert "not in MLflow" in done.reason
    assert get_run(run, workspace=stored_workspace).mlflow_run_id is None
    end_recorder(stored_workspace)


def test_a_workspace_that_was_deleted_under_a_recorder(stored_workspace, writer, drain, mlflow_template):
    """What is recorded after `rm -rf .nbops` goes into the new store, and `nbops sync` counts just that."""
    from journal_writer import Writer
    from nbops.recording.writing.mlflow_store import MlflowStore

    del drain
    writer.run("before")
    assert sync(stored_workspace).recorded == 1
    shutil.rmtree(stored_workspace.root, ignore_errors=True)  # a living recorder may write in the middle of it
    stored_workspace.root.mkdir(exist_ok=True)
    shutil.copy(mlflow_template, stored_workspace.root / "mlflow.db")
    later = Writer(stored_workspace)
    for name in ("one", "two"):
        later.run(name)
    assert sync(stored_workspace).recorded == 2
    assert {run.name for run in MlflowStore(stored_workspace).latest_runs(most=9)} == {"one", "two"}
    assert sync(stored_workspace).recorded == 0
    assert _told(stored_workspace).sentence.endswith("every run is in MLflow")
    later.journal.close()
    end_recorder(stored_workspace)


def test_what_the_user_logged_comes_back_too(stored_workspace, writer, drain, client, stored):
    """Values that only the user's own MLflow run held are written into the run that takes its place."""
    experiment = client.create_experiment("mine")
    theirs = client.create_run(experiment, run_name="painted-fawn-162").info.run_id
    run = writer.open("named", attach=theirs)
    client.log_metric(theirs, "auc", 0.91)
    client.log_param(theirs, "feature_set", "v2")
    writer.close(run, parameters={"C": 0.5}, metrics={})
    drain()
    assert get_run(run, workspace=stored_workspace).metrics == {"auc": 0.91}
    client.delete_run(theirs)
    import sqlite3

    connection = sqlite3.connect(stored_workspace.root / "mlflow.db")
    with connection:
        connection.execute("UPDATE runs SET run_uuid = 'gone' WHERE run_uuid = ?", (theirs,))
        connection.execute("DELETE FROM tags")
    connection.close()
    assert sync(stored_workspace).recorded == 1
    again = stored(run)
    assert (again.data.metrics["auc"], again.data.params) == (0.91, {"feature_set": "v2", "C": "0.5"})
    assert again.info.run_name == "named"
    end_recorder(stored_workspace)
