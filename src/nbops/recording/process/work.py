"""Find what waits for the recorder."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from nbops.capture.journal.records import RUNNING
from nbops.processes import Owner, is_alive
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.folding.rows import run_from
from nbops.recording.process.interpreter import is_recording, same_interpreter
from nbops.recording.writing.record import Work
from nbops.workspace import Workspace

_LIVE_AFTER = 3.0
_WAITING = """
SELECT *, (SELECT body FROM sessions WHERE sessions.session = runs.session) AS told
FROM runs JOIN bodies USING (id)
WHERE (state = 'pending' OR unsaid != '')
  AND (unsaid != '' OR (origin = 'nbops' AND (status != 'RUNNING' OR started < ?)))
ORDER BY started, runs.rowid
"""

_BESIDE = """
SELECT json_extract(closed, '$.parameters') AS known FROM runs JOIN bodies USING (id)
WHERE mlflow_run_id = ? AND id != ? ORDER BY started
"""


def waiting_rows(model: ReadModel, *, holding: bool = False) -> list[sqlite3.Row]:
    """Return the rows that this interpreter's recorder has something to do for, oldest first.

    Those are its own, and orphans of interpreters that nobody serves.

    Args:
        model: The read model, folded.
        holding: The caller holds the lock of the orphans' interpreter.
    """
    with model.open() as connection:
        rows = connection.execute(_WAITING, (time.time() - _LIVE_AFTER,)).fetchall()
    return [row for row in rows if served_here(row) or _is_orphan(row, model.workspace, holding=holding)]


def interpreter_of(row: sqlite3.Row) -> str:
    """Return the interpreter that the run's process used; empty where unknown."""
    return str(json.loads(row["told"] or "{}").get("python") or "")


def served_here(row: sqlite3.Row) -> bool:
    """Say whether the row belongs to this interpreter, or to none."""
    python = interpreter_of(row)
    return not python or same_interpreter(python)


def _is_orphan(row: sqlite3.Row, workspace: Workspace, *, holding: bool) -> bool:
    python, owner = interpreter_of(row), json.loads(row["told"])["owner"]
    gone = not Path(python).exists() or is_alive(Owner(**owner)) is not True
    return gone and (holding or not is_recording(workspace, python))


def work_of(row: sqlite3.Row, model: ReadModel) -> Work:
    """Collect everything that a row of `waiting_rows` stands for."""
    with model.open() as connection:
        points = connection.execute(
            "SELECT seq, time, body FROM points WHERE id = ? AND seq > ? ORDER BY seq", (row["id"], row["sent"])
        ).fetchall()
        parent = connection.execute(
            "SELECT mlflow_run_id, state, opened FROM runs JOIN bodies USING (id) WHERE id = ?", (row["parent"],)
        ).fetchone()
        others = connection.execute(_BESIDE, (json.loads(row["opened"]).get("attach"), row["id"])).fetchall()
    parent_id = parent and (parent["mlflow_run_id"] or json.loads(parent["opened"]).get("attach"))
    return Work(
        run=run_from(row),
        opened=json.loads(row["opened"]),
        stream=json.loads(row["logged"]),
        closed=json.loads(row["closed"]),
        logged=[(point["time"], json.loads(point["body"])) for point in points],
        sent=points[-1]["seq"] if points else row["sent"],
        models={item["name"]: item for item in json.loads(row["models"])},
        folder=model.workspace.journals / (row["session"] or ""),
        parent=parent_id,
        orphan=parent_id is None and (parent is None or parent["state"] != "pending"),
        doubt=bool(row["doubt"]),
        met=row["met"],
        earlier={name: value for other in others for name, value in json.loads(other["known"] or "{}").items()},
    )


def has_live_runs(model: ReadModel) -> bool:
    """Say whether a process of this host still has a run open, so that its end must be waited for."""
    return any(is_alive(owner) for owner in _owners_of_open_runs(model))


def _owners_of_open_runs(model: ReadModel) -> Iterator[Owner]:
    with model.open() as connection:
        rows = connection.execute(
            "SELECT body FROM sessions WHERE session IN "
            "(SELECT session FROM runs WHERE status = ? AND origin = 'nbops')",
            (RUNNING,),
        ).fetchall()
    for row in rows:
        if owner := json.loads(row["body"]).get("owner"):
            yield Owner(**owner)
