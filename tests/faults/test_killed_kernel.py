"""A kernel that dies in mid-cell leaves a KILLED run with what it had logged."""

from __future__ import annotations

import subprocess
import sys

import mlflow

from journal_writer import until
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.pending import pending

_KERNEL = """
import time
from nbops.capture.runs.open_run import open_run
run = open_run("cell", "long fit", parameters={"lr": 0.1})
run.log(loss=0.25)
print(run.id, flush=True)
time.sleep(600)
"""


def test_killed_kernel(stored_workspace, recorder):
    """RUNNING in MLflow while it lives, KILLED at once when it is gone, and the recorder goes on."""
    kernel = subprocess.Popen([sys.executable, "-c", _KERNEL], stdout=subprocess.PIPE, text=True)
    process = recorder()
    try:
        run = kernel.stdout.readline().strip()
        there = until(lambda: get_run(run, workspace=stored_workspace).mlflow_run_id)
        client = mlflow.MlflowClient(stored_workspace.tracking_uri)
        until(lambda: client.get_run(there).data.metrics == {"loss": 0.25})
        assert client.get_run(there).info.status == "RUNNING"
    finally:
        kernel.kill()
        kernel.wait()
    assert [item.status for item in list_runs(stored_workspace)] == ["KILLED"]
    until(lambda: pending(stored_workspace) == 0)
    found = client.get_run(there)
    assert (found.info.status, found.data.metrics) == ("KILLED", {"loss": 0.25})
    assert process.poll() is None
