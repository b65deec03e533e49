"""The recorder: whether it runs, what waits for it, and what it waits for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbops.readiness.finding import LOOK, WELL, Finding
from nbops.recording.pending import pending, recorder_state
from nbops.recording.process.interpreter import recorders, unanswering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


def recorder(workspace: Workspace) -> Iterator[Finding]:
    """Say what it does, and how many runs are on their way to MLflow."""
    waiting, state = pending(workspace), recorder_state(workspace)
    reason = next(filter(None, recorders(workspace)), "")
    runs = f"{waiting} run{'' if waiting == 1 else 's'}"
    if silent := unanswering(workspace):
        told = f"it does not answer (pid {silent[0]}); {runs} safe in the journal until it is ended"
        yield Finding("recorder", LOOK, told, f"kill -9 {silent[0]}; nbops sync")
    elif reason:
        yield Finding(
            "recorder", LOOK, f"it tries again and again; {runs} safe in the journal until then: {reason}", "nbops sync"
        )
    elif waiting and state == "stopped":
        yield Finding("recorder", LOOK, f"it is not running; {runs} not in MLflow yet", "nbops sync")
    elif waiting:
        yield Finding("recorder", WELL, f"working; {runs} on the way to MLflow")
    else:
        told = "not running, which is right while nothing waits" if state == "stopped" else "working"
        yield Finding("recorder", WELL, f"{told}; every run is in MLflow")
    if os.environ.get("NBOPS_RECORDER") == "off":
        yield Finding("recorder", LOOK, "NBOPS_RECORDER=off keeps it from starting by itself", "nbops sync")
