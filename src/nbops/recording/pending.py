"""How much the recorder still has to write."""

from __future__ import annotations

import fcntl
import os

from nbops.recording.read_model import ReadModel
from nbops.workspace import Workspace

LOCK = "recorder.lock"


def pending(workspace: Workspace) -> int:
    """Count the ended runs that are not wholly in MLflow yet."""
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        return int(
            connection.execute("SELECT COUNT(*) FROM runs WHERE state = 'pending' AND status != 'RUNNING'").fetchone()[
                0
            ]
        )


def recorder_state(workspace: Workspace) -> str:
    """Say what the recorder does: `working`, `waiting: WHY` (MLflow does not answer) or `stopped`."""
    if not is_recording(workspace):
        return "stopped"
    reason = (ReadModel(workspace).get("state", "recorder") or {}).get("waiting", "")
    return f"waiting: {reason}" if reason else "working"


def is_recording(workspace: Workspace) -> bool:
    """Say whether a recorder holds the workspace's lock."""
    path = workspace.root / LOCK
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
