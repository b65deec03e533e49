"""Start the recorder when there is something to record and nobody does."""

from __future__ import annotations

import os
import subprocess
import sys

from nbops.recording.pending import is_recording
from nbops.workspace import Workspace

_ENVIRONMENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_UV_AUTO_DETECT": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


def wake(workspace: Workspace) -> bool:
    """Make sure that a recorder runs for *workspace*; return whether one had to be started."""
    if os.environ.get("NBOPS_RECORDER") == "off" or is_recording(workspace):
        return False
    log = os.open(workspace.root / "recorder.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        subprocess.Popen(
            [sys.executable, "-m", "nbops.recording.recorder", "--workspace", str(workspace.root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=workspace.root,
            env=recorder_environment(),
            start_new_session=True,
        )
    finally:
        os.close(log)
    return True


def recorder_environment() -> dict[str, str]:
    """Return this process's environment with MLflow kept quiet, impatient and without telemetry."""
    return os.environ | _ENVIRONMENT
