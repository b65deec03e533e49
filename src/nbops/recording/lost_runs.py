"""Runs that the journals tell of as recorded, and the workspace's own MLflow store does not hold (any more)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.recording.folding.read_model import ReadModel
from nbops.recording.notes import LOST, append_note, notes_folder
from nbops.recording.writing.database import missing_runs
from nbops.recording.writing.mlflow_store import MlflowStore

if TYPE_CHECKING:
    import sqlite3

    from nbops.workspace import Workspace

_KNOWN = """
SELECT id, session, uri, mlflow_run_id FROM runs
WHERE origin = 'nbops' AND mlflow_run_id IS NOT NULL AND deleted = 0 AND status != 'RUNNING' ORDER BY started
"""


def lost_runs(workspace: Workspace) -> list[sqlite3.Row]:
    """Return `id, session` of each of them; a store elsewhere is not asked, and MLflow not imported.

    Raises:
        StoreUnavailable: The store's file cannot be read.
    """
    model = ReadModel(workspace)
    model.fold()
    with model.open() as connection:
        rows = connection.execute(_KNOWN).fetchall()
    own = {uri: MlflowStore(workspace, uri).is_local for uri in {row["uri"] for row in rows}}
    here = [row for row in rows if own[row["uri"]]]
    gone = missing_runs(workspace.root / "mlflow.db", [row["mlflow_run_id"] for row in here])
    return [row for row in here if row["mlflow_run_id"] in gone]


def write_again(workspace: Workspace) -> int:
    """Let them wait for the recorder once more, and return how many that were.

    Raises:
        StoreUnavailable: The store's file cannot be read.
        JournalError: The disk refuses.
    """
    lost = lost_runs(workspace)
    for row in lost:
        append_note(notes_folder(workspace, row["session"]), LOST, row["id"], durable=False)
    return len(lost)
