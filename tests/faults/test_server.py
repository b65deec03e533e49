"""A real `mlflow server` over HTTP: recorded there, through an outage, without losing or doubling anything."""

from __future__ import annotations

import time

import mlflow
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

from journal_writer import Writer, until
from nbops.errors import StoreUnavailable
from nbops.recording.annotate import annotate
from nbops.recording.flush import flush
from nbops.recording.get_run import get_run
from nbops.recording.pending import pending, recorder_state
from nbops.recording.sync import sync


def test_server_comes_and_goes(stored_workspace, server, recorder, monkeypatch):
    """A run with a model over HTTP; the server dies, work goes on and the state is honest; it returns, all is there."""
    frame = pd.DataFrame({"x": np.arange(20.0), "n": np.arange(20)})
    fitted = RandomForestClassifier(5).fit(frame, np.arange(20) % 2)
    writer = Writer(stored_workspace, tracking_uri=server.uri)
    signature = {"inputs": [["x", "float64"], ["n", "int64"]], "output": "int64"}
    data = ({"name": "train", "snapshot": "ab" * 32, "rows": 20, "columns": {"x": "float64"}},)
    first = writer.run("first", models=(writer.model(fitted, signature=signature),), datasets=data)
    recorder()
    assert flush(90, workspace=stored_workspace)
    client = mlflow.MlflowClient(server.uri)
    there = client.get_run(get_run(first).mlflow_run_id)
    assert (there.info.status, there.data.metrics) == ("FINISHED", {"auc": 0.8})
    mlflow.set_tracking_uri(server.uri)
    try:
        loaded = mlflow.pyfunc.load_model(get_run(first).models[0]["uri"])
        assert np.array_equal(loaded.predict(frame), fitted.predict(frame))
    finally:
        mlflow.set_tracking_uri(None)

    server.stop()
    second = writer.run("second", "FAILED")
    begun = time.monotonic()
    annotate(first, star=True, name="renamed")
    assert time.monotonic() - begun < 1.0
    until(lambda: recorder_state(stored_workspace).startswith("waiting: MLflow at http://127.0.0.1"))
    assert pending(stored_workspace) == 2
    assert (get_run(second).pending, get_run(first).name) == (True, "renamed")
    monkeypatch.setattr("nbops.recording.sync._GRACE", 0.5)
    with pytest.raises(StoreUnavailable, match="2 runs wait"):
        sync(stored_workspace)

    server.start()
    assert flush(90, workspace=stored_workspace)
    until(lambda: recorder_state(stored_workspace) == "working")
    found = client.search_runs([there.info.experiment_id])
    assert sorted((run.info.run_name, run.info.status) for run in found) == [
        ("renamed", "FINISHED"), ("second", "FAILED"),
    ]  # fmt: skip
    assert client.get_run(there.info.run_id).data.tags["nbops.star"] == "true"
    client.update_run(there.info.run_id, name="by ana")
    assert sync(stored_workspace).pulled == 0
    assert get_run(first).name == "by ana"
