"""The recorder: whether it runs, what waits for it, and what it waits for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.lost_runs import lost_runs
from nbops.recording.pending import pending, recorder_state
from nbops.recording.process.interpreter import recorders, unanswering
from nbops.recording.writing.database import SETTING_UP

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
        told = f"it tries again and again; {runs} safe in the journal until then: {reason}"
        yield Finding("recorder", LOOK, told, _remedy(reason))
    elif waiting and state == "stopped":
        yield Finding("recorder", LOOK, f"it is not running; {runs} not in MLflow yet", "nbops sync")
    elif waiting:
        yield Finding("recorder", WELL, f"working; {runs} on the way to MLflow")
    else:
        told = "not running, which is right while nothing waits" if state == "stopped" else "working"
        yield from _arrived(workspace, told)
    if os.environ.get("NBOPS_RECORDER") == "off":
        yield Finding("recorder", LOOK, "NBOPS_RECORDER=off keeps it from starting by itself", "nbops sync")


def _arrived(workspace: Workspace, told: str) -> Iterator[Finding]:
    """Believe that nothing waits, but look into the workspace's own store for what is said to be there."""
    with ReadModel(workspace).open() as connection:
        refused = connection.execute("SELECT COUNT(*) FROM runs WHERE state = 'refused' AND deleted = 0").fetchone()[0]
    lost = len(lost_runs(workspace))
    if lost:
        sentence = f"{lost} run{' is' if lost == 1 else 's are'} recorded here but not in this MLflow"
        yield Finding("recorder", BROKEN, sentence, "nbops sync writes them again from the journals")
    elif refused:
        yield Finding("recorder", WELL, f"{told}; nothing waits, {refused} that MLflow does not take apart")
    else:
        yield Finding("recorder", WELL, f"{told}; every run is in MLflow")


def _remedy(reason: str) -> str:
    """Return what helps against a reason: asking again does not mend a file."""
    if SETTING_UP in reason:
        return "wait half a minute: what was left half made is then made anew by itself"
    if "installed here" in reason:
        return "do what the reason says; the recorder goes on by itself"
    return "nbops sync, once MLflow answers"
