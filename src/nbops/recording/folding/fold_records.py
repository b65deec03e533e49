"""Journal records → rows of the read model."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import PurePosixPath

from nbops.capture.journal.records import (
    KILLED,
    RUNNING,
    Execution,
    Record,
    RunClosed,
    RunLogged,
    RunOpened,
    Session,
    to_json,
)
from nbops.recording.folding.fold_copies import expect_copies
from nbops.recording.run import Json
from nbops.workspace import Workspace

Streams = dict[str, Json]


def fold_records(
    records: Sequence[Record],
    session: str,
    workspace: Workspace,
    connection: sqlite3.Connection,
    *,
    again: bool = False,
) -> float:
    """Fold *records* of one session, in order, and return the time that the last of them speaks of (epoch seconds).

    Args:
        records: What the journal has.
        session: Whose journal.
        workspace: Where.
        connection: A transaction of the read model.
        again: Some of the records may have been folded before.
    """
    streams: Streams = {}
    latest = 0.0
    for record in records:
        if isinstance(record, Session):
            body = json.dumps(to_json(record))
            connection.execute("UPDATE sessions SET body = ? WHERE session = ?", (body, session))
        elif isinstance(record, RunOpened):
            _open(record, session, workspace, connection)
        elif isinstance(record, RunLogged):
            if not (again and _is_known(record, connection)):
                log_points(record, streams, connection)
        elif isinstance(record, RunClosed):
            _save(streams, connection)
            if not connection.execute("SELECT 1 FROM runs WHERE id = ?", (record.run,)).fetchone():
                # The record that began it is damaged; how it ended is the better part.
                begun = RunOpened(run=record.run, session=session, time=record.time - record.duration)
                _open(begun, session, workspace, connection)
            _close(record, connection)
        elif record.run and record.masked:
            connection.execute("UPDATE runs SET masked = ? WHERE id = ?", (record.masked, record.run))
        latest = max(latest, record.time + (record.duration if isinstance(record, Execution) else 0.0))
    _save(streams, connection)
    return latest


def _open(record: RunOpened, session: str, workspace: Workspace, connection: sqlite3.Connection) -> None:
    row = connection.execute("SELECT body FROM sessions WHERE session = ?", (session,)).fetchone()
    told = json.loads(row["body"])
    notebook = record.notebook or told.get("notebook")
    experiment = record.experiment or told.get("experiment") or _default_experiment(notebook, workspace)
    values = {
        "id": record.run, "session": session, "started": record.time, "status": RUNNING, "kind": record.kind,
        "experiment": experiment, "name": record.name, "notebook": notebook, "cell": record.cell,
        "parent": record.parent, "uri": told.get("tracking_uri", ""),
        "words": _words(record.name, notebook, experiment, record.kind, *record.tags.values()),
    }  # fmt: skip
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    connection.execute(f"INSERT OR IGNORE INTO runs ({columns}) VALUES ({marks})", tuple(values.values()))  # noqa: S608 # names above
    # A row may stand there already, taken over from MLflow while the read model was being rebuilt.
    del values["status"]
    assignments = ", ".join(f"{column} = ?" for column in values)
    connection.execute(
        f"UPDATE runs SET {assignments}, origin = 'nbops' WHERE id = ?",  # noqa: S608 # names above
        (*values.values(), record.run),
    )
    opened = json.dumps(to_json(record))
    connection.execute(
        "INSERT INTO bodies (id, opened) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET opened = excluded.opened",
        (record.run, opened),
    )


def _default_experiment(notebook: str | None, workspace: Workspace) -> str:
    return (PurePosixPath(notebook).stem if notebook else "") or workspace.project.name or "notebook"


def log_points(record: RunLogged, streams: Streams, connection: sqlite3.Connection) -> None:
    """Keep the points of a record until MLflow has them, and take the latest values into *streams*."""
    if record.run not in streams:
        row = connection.execute("SELECT logged FROM bodies WHERE id = ?", (record.run,)).fetchone()
        if row is None:
            return
        streams[record.run] = {"parameters": {}, "metrics": {}, "steps": {}} | json.loads(row["logged"])
    stream = streams[record.run]
    stream["parameters"] |= record.parameters
    stream["metrics"] |= record.metrics
    steps = {name: _step(stream["steps"], name, record.step) for name in record.metrics}
    stream["steps"] |= steps
    if steps:
        points = json.dumps([[name, value, steps[name]] for name, value in record.metrics.items()])
        connection.execute("INSERT INTO points (id, time, body) VALUES (?, ?, ?)", (record.run, record.time, points))


def _is_known(record: RunLogged, connection: sqlite3.Connection) -> bool:
    row = connection.execute(
        "SELECT state = 'recorded' OR EXISTS (SELECT 1 FROM points WHERE points.id = runs.id AND time = ?) "
        "FROM runs WHERE id = ?",
        (record.time, record.run),
    ).fetchone()
    return row is not None and bool(row[0])


def _step(former: dict[str, int], name: str, step: int | None) -> int:
    """Return the step of a point: as told, else one after the former point of the same name."""
    return step if step is not None else former.get(name, -1) + 1


def _save(streams: Streams, connection: sqlite3.Connection) -> None:
    for run, stream in streams.items():
        connection.execute("UPDATE bodies SET logged = ? WHERE id = ?", (json.dumps(stream), run))
        connection.execute("UPDATE runs SET metrics = ? WHERE id = ?", (json.dumps(stream["metrics"]), run))
    streams.clear()


def _close(record: RunClosed, connection: sqlite3.Connection) -> None:
    row = connection.execute(
        "SELECT logged, closed = '{}' AND state = 'recorded' AND status = ? AS unsaid "
        "FROM runs JOIN bodies USING (id) WHERE id = ?",
        (KILLED, record.run),
    ).fetchone()
    if row is None:
        return
    logged = json.loads(row["logged"])
    if row["unsaid"]:  # MLflow was told that its kernel is gone before anybody could say why
        connection.execute("UPDATE runs SET state = 'pending' WHERE id = ?", (record.run,))
    metrics = logged.get("metrics", {}) | record.metrics
    parameters = logged.get("parameters", {}) | record.parameters
    words = _words(
        record.suggested_name, record.status, *(f"{name}={value}" for name, value in parameters.items()), *metrics,
        *record.tags.values(), *(item.get("class", "") for item in record.models),
        *(item.get("name", "") for item in record.datasets), (record.error or {}).get("ename", ""),
        *(item.get("category", "") for item in record.warned),
    )  # fmt: skip
    closed = expect_copies(record.run, to_json(record), connection)
    connection.execute("UPDATE bodies SET closed = ? WHERE id = ?", (json.dumps(closed), record.run))
    if record.source is not None:
        statement = "UPDATE bodies SET opened = json_set(opened, '$.source', ?) WHERE id = ?"
        connection.execute(statement, (record.source, record.run))
    connection.execute(
        "UPDATE runs SET status = ?, ended = ?, fingerprint = ?, empty = ?, masked = MAX(masked, ?), metrics = ?, "
        "words = words || ? || ' ', "
        "name = CASE name WHEN '' THEN ? ELSE name END WHERE id = ?",
        (
            record.status,
            record.time,
            record.fingerprint,
            int(record.empty),
            record.masked,
            json.dumps(metrics),
            words,
            record.suggested_name,
            record.run,
        ),
    )
    if record.fingerprint:
        _link_repeats(record.fingerprint, connection)


def _link_repeats(fingerprint: str, connection: sqlite3.Connection) -> None:
    """Point every run of *fingerprint* to the earliest, in whatever order the journals were read."""
    rows = connection.execute(
        "SELECT id, repeat_of FROM runs WHERE fingerprint = ? ORDER BY started, id", (fingerprint,)
    ).fetchall()
    for row in rows:
        first = rows[0]["id"] if row["id"] != rows[0]["id"] else None
        if row["repeat_of"] != first:
            connection.execute("UPDATE runs SET repeat_of = ? WHERE id = ?", (first, row["id"]))


def _words(*texts: object) -> str:
    return " ".join(str(text) for text in texts if text).lower() + " "
