"""How much the recorder still has to write, and what keeps it."""

from __future__ import annotations

from nbops.recording.folding.read_model import ReadModel
from nbops.recording.process.interpreter import recorders
from nbops.workspace import Workspace

_WAITING = "waiting: "
_UNFINISHED = """
SELECT id FROM runs WHERE (state = 'pending' OR unsaid != '')
AND ((origin = 'nbops' AND status != 'RUNNING') OR (unsaid != '' AND origin = 'mlflow'))
"""


def pending(workspace: Workspace) -> int:
    """Count the ended runs that are not wholly in MLflow yet, and those whose changes by people are not."""
    return len(waiting(workspace))


def waiting(workspace: Workspace) -> set[str]:
    """Return the ids of the runs that `pending` counts."""
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        return {row["id"] for row in connection.execute(_UNFINISHED)}


def damaged(workspace: Workspace) -> int:
    """Count the damaged records that were passed over; copies lie beside their journals."""
    with ReadModel(workspace).open() as connection:
        return int(connection.execute("SELECT COALESCE(SUM(damaged), 0) FROM sessions").fetchone()[0])


def recorder_state(workspace: Workspace) -> str:
    """Say what the recorder does: `working`, `waiting: WHY` (MLflow or the snapshot store is away) or `stopped`."""
    reasons = recorders(workspace)
    if not reasons:
        return "stopped"
    waiting = next((reason for reason in [*reasons, *recorders(workspace, "uploads")] if reason), "")
    return f"{_WAITING}{waiting}" if waiting else "working"
