"""Start the recorder when there is something to record and nobody does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from nbops.addresses import storable
from nbops.capture.surroundings.frontend import PIPELINE_SPEC
from nbops.capture.surroundings.mlflow_presence import user_tracking_uri
from nbops.recording.process.interpreter import is_recording, recorder_file
from nbops.recording.writing.with_credentials import CHOSEN
from nbops.workspace import Workspace

IMPATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "10"}
_ENVIRONMENT = IMPATIENT | {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
_started: list[subprocess.Popen[bytes]] = []


def wake(workspace: Workspace, *, by_hand: bool = False) -> bool:
    """Make sure that a recorder runs for *workspace* and looks now; return whether one had to be started.

    Args:
        workspace: Whose journals wait.
        by_hand: Somebody asked for it; otherwise `NBOPS_RECORDER=off` in the environment keeps it from starting.
    """
    if not by_hand and os.environ.get("NBOPS_RECORDER") == "off":
        return False
    if is_recording(workspace):
        # It looks several times a second anyway, except while it waits for MLflow to come back.
        os.utime(recorder_file(workspace, "lock"))
        return False
    _started[:] = [process for process in _started if process.poll() is None]  # leaves no zombies
    try:
        log = os.open(workspace.root / "recorder.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    except OSError:  # the disk is full
        log = os.open(os.devnull, os.O_WRONLY)
    try:
        _started.append(
            subprocess.Popen(
                # -P: a `random.py` in the project must not be taken for Python's own.
                [sys.executable, "-P", "-m", "nbops.recording.recorder", "--workspace", str(workspace.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=workspace.root,
                env=recorder_environment(),
                start_new_session=True,
            )
        )
    finally:
        os.close(log)
    return True


def recorder_environment() -> dict[str, str]:
    """Return this process's environment with MLflow kept quiet, impatient and without telemetry, and nbops findable."""
    import nbops

    ours = str(Path(nbops.__file__).parents[1])
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    found = [*paths, *([] if ours in paths else [ours])]
    # It outlives the pipeline whose kernel may start it.
    kept = {name: value for name, value in os.environ.items() if name != PIPELINE_SPEC}
    chosen = user_tracking_uri()
    known = {CHOSEN: chosen} if storable(chosen) != chosen else {}
    return kept | _ENVIRONMENT | known | {"PYTHONPATH": os.pathsep.join(found)}
