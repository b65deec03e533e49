"""Fold journals and notes into the read model's tables. Looking twice at the same bytes changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbops.capture.journal.damage import set_aside
from nbops.capture.journal.journal import Reading, is_held, read_journal
from nbops.capture.journal.records import KILLED, RUNNING, Record
from nbops.processes import Owner, is_alive
from nbops.recording.folding.fold_lost import fold_lost
from nbops.recording.folding.fold_notes import fold_note
from nbops.recording.folding.fold_records import fold_records
from nbops.recording.notes import FILE, LOST, Noting, notes_folder, read_notes
from nbops.workspace import Workspace, is_on_network

_DOUBT = "UPDATE runs SET doubt = 1 WHERE session = ? AND state = 'pending' AND mlflow_run_id IS NULL"
_AT_ROOT = ""  # the session of runs that nbops did not make


@dataclass(frozen=True, slots=True)
class _News:
    """What a session's files have that the tables do not."""

    session: str
    since: tuple[int, int]
    reading: Reading
    noting: Noting


def fold_journals(workspace: Workspace, connection: sqlite3.Connection) -> int:
    """Take in what is new, end the runs whose process is gone, and return how many records that was."""
    seen = _look(workspace, connection)
    if seen and _dead_sessions(workspace, connection):
        seen += _look(workspace, connection)
    return seen


def _look(workspace: Workspace, connection: sqlite3.Connection) -> int:
    # Processes are asked before their files are read: what one wrote before it died is never missed. Files are read
    # outside of the transaction, so that a look at an unchanged workspace takes no lock.
    dead = _dead_sessions(workspace, connection)
    news = list(_news(workspace, _offsets(connection), connection))
    if not news and not dead:
        return 0
    seen = 0
    connection.execute("BEGIN IMMEDIATE")
    offsets = _offsets(connection)
    for item in news:
        if offsets.get(item.session, (0, 0)) == item.since:
            seen += _take_in(item, workspace, connection)
        else:  # another process was faster; what it has not seen waits for the next look
            dead.discard(item.session)
    for session in dead:
        _end_orphans(session, connection)
    connection.execute("COMMIT")
    return seen


def _offsets(connection: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    return {row[0]: (row[1], row[2]) for row in connection.execute("SELECT session, offset, noted FROM sessions")}


def _news(workspace: Workspace, offsets: dict[str, tuple[int, int]], connection: sqlite3.Connection) -> Iterator[_News]:
    for session in sorted(_changed(workspace, offsets)):
        since = offsets.get(session, (0, 0))
        folder = notes_folder(workspace, session)
        # Notes speak of runs that the journal has opened, so they are read first and folded last.
        noting = read_notes(folder, since[1])
        reading = read_journal(folder, since[0]) if session else Reading((), 0)
        if reading.tail and since[0] and not reading.anew and _is_gone(session, folder, connection):
            reading = _with_torn_end(read_journal(folder, since[0]))
        if (reading.offset, noting.offset) != since:
            yield _News(session, since, reading, noting)


def _with_torn_end(reading: Reading) -> Reading:
    """Count what a dead kernel left of its last record among what is damaged."""
    if not reading.tail:
        return reading
    lost = (*reading.lost, (reading.offset, reading.tail))
    end = reading.offset + len(reading.tail)
    return replace(reading, offset=end, damaged=reading.damaged + 1, lost=lost, tail=b"")


def _changed(workspace: Workspace, offsets: dict[str, tuple[int, int]]) -> Iterator[str]:
    try:
        with os.scandir(workspace.journals) as entries:
            folders = [(entry.name, entry.path) for entry in entries]
    except FileNotFoundError:
        folders = []
    for session, path in [*folders, (_AT_ROOT, str(workspace.root))]:
        sizes = (_size(os.path.join(path, "journal")) if session else 0, _size(os.path.join(path, FILE)))  # noqa: PTH118 # 10× slower, for every session of every look
        if sizes != offsets.get(session, (0, 0)):
            yield session


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 # as above
    except OSError:
        return 0


def _take_in(item: _News, workspace: Workspace, connection: sqlite3.Connection) -> int:
    connection.execute("INSERT OR IGNORE INTO sessions (session) VALUES (?)", (item.session,))
    reading, noting = item.reading, item.noting
    folder = notes_folder(workspace, item.session)
    set_aside(folder, "journal", reading.lost)
    set_aside(folder, FILE, noting.lost)
    latest = fold_records(reading.records, item.session, workspace, connection, again=reading.anew)
    if noting.lost or noting.anew:
        # A lost note may have told that MLflow has the run: it is looked up there before it is made.
        connection.execute(_DOUBT, (item.session,))
    whole: Sequence[Record] = ()
    for note in noting.notes:
        if note["kind"] == LOST:
            whole = whole or read_journal(folder).records
            fold_lost(note["run"], whole, connection)
        else:
            fold_note(note, connection)
    connection.execute(
        "UPDATE sessions SET offset = ?, noted = ?, damaged = damaged + ?, latest = MAX(latest, ?) WHERE session = ?",
        (reading.offset, noting.offset, reading.damaged + len(noting.lost), latest, item.session),
    )
    return len(reading.records) + len(noting.notes)


def _dead_sessions(workspace: Workspace, connection: sqlite3.Connection) -> set[str]:
    """Return the sessions with open runs whose process is known to be gone; another host's is never known to be."""
    rows = connection.execute(
        "SELECT session, body FROM sessions WHERE session IN "
        "(SELECT session FROM runs WHERE status = 'RUNNING' AND origin = 'nbops')"
    )
    return {row["session"] for row in rows if _has_ended(row["body"], workspace.journals / row["session"])}


def _is_gone(session: str, folder: Path, connection: sqlite3.Connection) -> bool:
    row = connection.execute("SELECT body FROM sessions WHERE session = ?", (session,)).fetchone()
    return row is not None and _has_ended(row["body"], folder)


def _has_ended(body: str, folder: Path) -> bool:
    owner = json.loads(body).get("owner")
    if owner:
        return is_alive(Owner(**owner)) is False
    # The record that names the process is damaged. Its lock on the journal tells, where locks can be trusted.
    return not is_on_network(folder) and not is_held(folder)


def _end_orphans(session: str, connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE runs SET status = :killed, "
        "ended = MAX(started, (SELECT latest FROM sessions WHERE sessions.session = :session)) "
        "WHERE session = :session AND status = :running AND origin = 'nbops'",
        {"killed": KILLED, "running": RUNNING, "session": session},
    )
