"""Fold journal records into the read model's tables. Replaying a record changes nothing."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path

from nbops.capture.journal import journal_folders, read_journal
from nbops.capture.records import KILLED, RUNNING, Record, RunClosed, RunLogged, RunOpened, Session, to_json
from nbops.processes import Owner, is_alive
from nbops.workspace import Workspace


def fold_journals(workspace: Workspace, connection: sqlite3.Connection) -> int:
    """Take in every new record of *workspace*'s journals; end the runs whose process is gone."""
    offsets = {row["session"]: row["offset"] for row in connection.execute("SELECT session, offset FROM sessions")}
    seen = 0
    for folder in journal_folders(workspace):
        seen += _fold_journal(folder, offsets.get(folder.name, 0), connection)
    _end_orphans(connection)
    return seen


def _fold_journal(folder: Path, offset: int, connection: sqlite3.Connection) -> int:
    if (folder / "journal").stat().st_size <= offset:
        return 0
    reading = read_journal(folder, offset)
    connection.execute("INSERT OR IGNORE INTO sessions (session) VALUES (?)", (folder.name,))
    for record in reading.records:
        _fold_record(record, folder.name, connection)
    connection.execute(
        "UPDATE sessions SET offset = ?, damaged = damaged + ? WHERE session = ?",
        (reading.offset, reading.damaged, folder.name),
    )
    return len(reading.records)


def _fold_record(record: Record, session: str, connection: sqlite3.Connection) -> None:
    if isinstance(record, Session):
        connection.execute("UPDATE sessions SET body = ? WHERE session = ?", (json.dumps(to_json(record)), session))
    elif isinstance(record, RunOpened):
        _open(record, session, connection)
    elif isinstance(record, RunLogged):
        row = connection.execute("SELECT logged FROM runs WHERE id = ?", (record.run,)).fetchone()
        if row:
            logged = [*json.loads(row["logged"]), to_json(record)]
            connection.execute("UPDATE runs SET logged = ? WHERE id = ?", (json.dumps(logged), record.run))
    elif isinstance(record, RunClosed):
        _close(record, connection)


def _open(record: RunOpened, session: str, connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO runs (id, session, started, status, kind, experiment, name, notebook, cell, opened) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.run,
            session,
            record.time,
            RUNNING,
            record.kind,
            record.experiment or _experiment(session, record, connection),
            record.name,
            record.notebook,
            record.cell,
            json.dumps(to_json(record)),
        ),
    )


def _experiment(session: str, record: RunOpened, connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT body FROM sessions WHERE session = ?", (session,)).fetchone()
    told = json.loads(row["body"]) if row else {}
    notebook = record.notebook or told.get("notebook")
    return told.get("experiment") or (Path(notebook).stem if notebook else "") or told.get("frontend") or "python"


def _close(record: RunClosed, connection: sqlite3.Connection) -> None:
    row = connection.execute("SELECT started FROM runs WHERE id = ?", (record.run,)).fetchone()
    if row is None:
        return
    former = None
    if record.fingerprint:
        former = connection.execute(
            "SELECT id, repeat_of FROM runs WHERE fingerprint = ? AND id != ? AND started <= ? ORDER BY started LIMIT 1",
            (record.fingerprint, record.run, row["started"]),
        ).fetchone()
    connection.execute(
        "UPDATE runs SET closed = ?, status = ?, ended = ?, fingerprint = ?, repeat_of = ?, "
        "hidden = MAX(hidden, ?), name = CASE name WHEN '' THEN ? ELSE name END, "
        "state = CASE state WHEN 'recorded' THEN 'recorded' ELSE 'pending' END WHERE id = ?",
        (
            json.dumps(to_json(record)),
            record.status,
            record.time,
            record.fingerprint,
            (former["repeat_of"] or former["id"]) if former else None,
            int(record.empty),
            record.suggested_name,
            record.run,
        ),
    )


def _end_orphans(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT runs.id, runs.started, sessions.body FROM runs JOIN sessions USING (session) WHERE runs.status = ?",
        (RUNNING,),
    ).fetchall()
    for row in rows:
        owner = json.loads(row["body"]).get("owner")
        if owner and is_alive(Owner(**owner)) is False:
            connection.execute(
                "UPDATE runs SET status = ?, ended = ?, state = 'pending' WHERE id = ?",
                (KILLED, time.time(), row["id"]),
            )
