"""Killed at some two hundred named points of capture and recording: every run once, whole, with its true status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbops.recording.process.start import recorder_environment

_HERE = Path(__file__).parent
_EACH = 105
_FEWEST = 200  # and the kernels of `test_killed_kernels`
_CAPTURE = (
    "capture.journal.journal._open:open", "capture.journal.journal._write:write",
    "capture.journal.journal._write:fdatasync", "workspace.beside:fsync", "workspace.beside:replace",
    "snapshots.packs.pack.finish:fsync", "snapshots.packs.pack.finish:replace",
)  # fmt: skip
_RECORDING = (
    "recording.notes._write:write",
    "recording.notes._write:fdatasync",
    "recording.writing.mlflow_store.create_run:MlflowClient.create_run",
    "recording.writing.mlflow_store.create_run:commit",
    "recording.writing.mlflow_store.log:MlflowClient.log_batch",
    "recording.writing.mlflow_store.log:commit",
    "recording.writing.mlflow_store.log_datasets:MlflowClient.log_inputs",
    "recording.writing.mlflow_store.put_artifacts:MlflowClient.log_artifacts",
    "recording.models.log_model.log_model:MlflowClient.create_logged_model",
    "recording.models.log_model.log_model:commit",
    "recording.writing.mlflow_store.end_run:MlflowClient.set_terminated",
    "recording.writing.mlflow_store.change:MlflowClient.set_tag",
    "recording.folding.fold._look:execute",
    "recording.folding.fold._take_in:execute",
    "recording.folding.fold_notes._recorded:execute",
)


@pytest.fixture(scope="module")
def killed(tmp_path_factory, mlflow_template):
    """Kill kernels and recorders at their points, side by side, and return what each of the two scripts found."""
    environment = recorder_environment() | {
        "NBOPS_RECORDER": "off", "NBOPS_QUIET": "1", "OMP_NUM_THREADS": "1", "NBOPS_KILL_POINTS": str(_EACH),
        "PYTHONPATH": os.pathsep.join([str(_HERE.parent), str(_HERE), recorder_environment()["PYTHONPATH"]]),
    }  # fmt: skip
    environment.pop("MLFLOW_TRACKING_URI", None)
    started = {}
    for script in ("capture", "recording"):
        folder = tmp_path_factory.mktemp(script)
        command = [sys.executable, "-P", str(_HERE / f"{script}_kills.py"), str(folder), str(mlflow_template)]
        started[script] = subprocess.Popen(
            command, env=environment, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
    found = {}
    try:
        for script, process in started.items():
            told, errors = process.communicate(timeout=560)
            assert process.returncode == 0, errors[-3000:]
            found[script] = json.loads(told.splitlines()[-1])
    finally:
        for process in started.values():
            process.kill()
            process.wait()
    return found


@pytest.mark.timeout(600)
def test_a_kernel_may_be_killed_at_any_point(killed):
    """Cells that returned are there once, wholly; the one under way is KILLED, or whole if its record was written."""
    assert killed["capture"]["problems"] == {}


@pytest.mark.timeout(600)
def test_a_recorder_may_be_killed_at_any_point(killed):
    """The next one leaves each run in MLflow once, with all that belongs to it, and nothing half-written."""
    assert killed["recording"]["problems"] == {}


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("script", "wanted"), [("capture", _CAPTURE), ("recording", _RECORDING)])
def test_points_are_the_ones_that_matter(killed, script, wanted):
    """Both sides of every durable operation are among the points, and nearly all that were chosen were reached."""
    names = killed[script]["names"]
    for place in wanted:
        sides = {name.rpartition(":")[2] for name in names if name.startswith(f"{place}#")}
        assert sides == {"before", "after"}, place
    assert len(killed[script]["reached"]) >= 0.97 * killed[script]["executed"]


@pytest.mark.timeout(600)
def test_as_many_points_as_promised(killed, record_property):
    """The harness cannot shrink unseen."""
    reached = sum(len(found["reached"]) for found in killed.values())
    record_property("kill_points", reached)
    seconds = {script: round(found["seconds"]) for script, found in killed.items()}
    sys.stderr.write(f"{reached} kill points, seconds: {seconds}\n")
    assert reached >= _FEWEST
