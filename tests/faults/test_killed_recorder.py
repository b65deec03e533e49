"""A recorder may be killed at any moment: every run reaches MLflow once, wholly, with its true status."""

from __future__ import annotations

import mlflow
from mlflow.entities import ViewType
from sklearn.linear_model import LogisticRegression

from journal_writer import Writer, until
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending

_RUNS = 5


def _notes(writer):
    path = writer.journal.folder / "notes"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def test_runs_are_recorded_exactly_once(stored_workspace, recorder):
    """Killed after it asked MLflow and noted nothing, in a model, in a later run; then one may finish."""
    writer = Writer(stored_workspace)
    fitted = LogisticRegression().fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    statuses = ["FINISHED", "FAILED", "KILLED"]
    runs = [
        writer.run(f"run {number}", statuses[number % 3], metrics={"auc": number / 10}, parameters={"n": number},
                   models=(writer.model(fitted),))
        for number in range(_RUNS)
    ]  # fmt: skip
    for noted in (1, 3, 4, 11):
        process = recorder()
        until(lambda: _notes(writer) >= noted)  # noqa: B023 # used before the next turn
        process.kill()
        process.wait()
    assert 0 < pending(stored_workspace) <= _RUNS
    assert recorder("--once").wait(120) == 0
    assert pending(stored_workspace) == 0
    client = mlflow.MlflowClient(stored_workspace.tracking_uri)
    found = client.search_runs([item.experiment_id for item in client.search_experiments()], "", ViewType.ALL)
    assert sorted(run.data.tags["nbops.run"] for run in found) == sorted(runs)
    for run in found:
        number = int(run.info.run_name.split()[1])
        assert run.info.status == statuses[number % 3]
        assert (run.data.metrics, run.data.params) == ({"auc": number / 10}, {"n": str(number)})
        assert [item.path for item in client.list_artifacts(run.info.run_id, "nbops")] == ["nbops/cell.py"]
    models = [model for run in runs for model in get_run(run).models]
    assert len(models) == _RUNS
    assert all(model["uri"] for model in models)
    ready = client.search_logged_models([run.info.experiment_id for run in found[:1]])
    assert {f"models:/{model.model_id}" for model in ready} == {model["uri"] for model in models}


def test_model_that_ends_the_recorder_is_given_up(stored_workspace, recorder):
    """Reading it back takes the process down; after two times it is kept raw and the run is recorded without."""
    import os

    class Deadly:
        def __reduce__(self):
            return os._exit, (9,)

    writer = Writer(stored_workspace)
    bad = writer.run("bad", models=(writer.model(Deadly()),))
    good = writer.run("good")
    codes = [recorder("--once").wait(120) for _ in range(3)]
    assert codes == [9, 9, 0]
    assert pending(stored_workspace) == 0
    assert get_run(good).mlflow_run_id
    assert "ended the recorder twice" in get_run(bad).warnings[0]
