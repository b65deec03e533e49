"""Runs that MLflow has lost wait again, with all that their journal says."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from nbops.capture.journal.records import Record, RunLogged
from nbops.recording.folding.fold_records import Streams, log_points

_WAIT = """
UPDATE runs SET state = 'pending', mlflow_run_id = NULL, doubt = 0, met = 0, tries = 0, sent = 0, failure = '',
    unsaid = ?
WHERE id = ?
"""


def fold_lost(run: str, records: Sequence[Record], connection: sqlite3.Connection) -> None:
    """Let *run* wait as if MLflow had never known it.

    Args:
        run: nbops' id.
        records: All of its journal: the points that its code logged are not kept once MLflow has them.
        connection: A transaction of the read model.
    """
    row = connection.execute("SELECT starred, hidden, unsaid FROM runs WHERE id = ?", (run,)).fetchone()
    if row is None:
        return
    marks = {name: True for name, column in (("star", "starred"), ("hide", "hidden")) if row[column]}
    unsaid = json.loads(row["unsaid"] or "{}") | marks
    connection.execute(_WAIT, (json.dumps(unsaid) if unsaid else "", run))
    connection.execute("DELETE FROM points WHERE id = ?", (run,))
    # A run of the user's own that it was to be written into is gone too.
    connection.execute("UPDATE bodies SET models = '[]', opened = json_remove(opened, '$.attach') WHERE id = ?", (run,))
    streams: Streams = {run: {"parameters": {}, "metrics": {}, "steps": {}}}
    for record in records:
        if isinstance(record, RunLogged) and record.run == run:
            log_points(record, streams, connection)
