"""Make snapshots of the copies that kernels left because their cells had no time for it."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from nbops.capture.datasets.dataset_entry import by_reference, reason_of, stored_entry
from nbops.capture.datasets.kept_profile import kept_profile
from nbops.capture.datasets.stable_file import copies_in, read_stable, stable_path
from nbops.capture.journal.journal import Journal
from nbops.errors import NbopsError
from nbops.processes import Owner, is_alive
from nbops.recording import notes
from nbops.recording.folding.fold_copies import runs_awaiting
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.notes import append_note, notes_folder
from nbops.recording.run import Json
from nbops.workspace import Workspace

_PATIENCE, _STRAY = 600.0, 3600.0
_MOST_TRIES = 3
_log = logging.getLogger("nbops.recorder")


def awaiting_copies(rows: list[sqlite3.Row], model: ReadModel) -> list[sqlite3.Row]:
    """Return those of the *rows* of `waiting_rows` whose runs have data that are not stored yet."""
    with model.open() as connection:
        awaiting = runs_awaiting(connection)
    return [row for row in rows if row["id"] in awaiting]


def finish_snapshots(rows: list[sqlite3.Row], model: ReadModel) -> int:
    """Store what there is of the copies that *rows* wait for, and return how many came to an end.

    A copy that will never come makes its dataset `by reference`, with the reason.
    """
    ended = 0
    for row in rows:
        for item in json.loads(row["closed"]).get("datasets", ()):
            if item.get("pending") and item.get("copy"):
                ended += _finish(item, row, model)
    return ended


def sweep_copies(model: ReadModel) -> None:
    """Remove copies that nobody waits for: those of dead kernels' unfinished cells, and what a crash left behind."""
    with model.open() as connection:
        awaited = {row["key"] for row in connection.execute("SELECT key FROM copies WHERE facts = ''")}
        ended = {row["key"] for row in connection.execute("SELECT key FROM copies WHERE facts != ''")}
        told = {row["session"]: row["body"] for row in connection.execute("SELECT session, body FROM sessions")}
    for path in copies_in(model.workspace):
        key, owner = path.name.partition(".")[0], json.loads(told.get(path.parent.name, "{}")).get("owner")
        gone = is_alive(Owner(**owner)) is False if owner else _age(path) > _STRAY
        if key in ended or (gone and (key not in awaited or path.suffix)):
            _remove(path)


def _finish(item: Json, row: sqlite3.Row, model: ReadModel) -> int:
    key, workspace = str(item["copy"]), model.workspace
    if _is_ended(key, model):  # another run that waited for the same copy had its turn
        return 0
    path = stable_path(workspace, row["session"], key)
    facts = _outcome(path, item, row, model)
    if facts is None:
        return 0
    append_note(notes_folder(workspace, row["session"]), notes.STORED, row["id"], copy=key, facts=facts)
    model.fold()
    _remove(path)
    return 1


def _outcome(path: Path, item: Json, row: sqlite3.Row, model: ReadModel) -> Json | None:
    """Return what became of one copy, None while it may still come."""
    owner = json.loads(row["told"] or "{}").get("owner")
    gone = owner is not None and is_alive(Owner(**owner)) is False
    if not path.exists():
        if gone:
            return by_reference("the kernel ended before its rows were copied")
        late = time.time() - (row["ended"] or row["started"]) > _PATIENCE
        return by_reference("no copy of its rows came within ten minutes") if late else None
    if _tries(str(item["copy"]), model) >= _MOST_TRIES:
        return by_reference(f"storing it ended the recorder {_MOST_TRIES} times")
    append_note(notes_folder(model.workspace, row["session"]), notes.STORING, row["id"], copy=item["copy"])
    model.fold()
    try:
        return _stored(path, item, row["session"], model.workspace)
    except NbopsError as error:
        return by_reference(reason_of(error))
    except Exception as error:  # noqa: BLE001 # whatever the frame holds, the run itself must reach MLflow
        _log.warning("dataset %s of run %s", item["name"], row["id"], exc_info=True)
        return by_reference(f"storing it failed: {type(error).__name__}: {error}")


def _stored(path: Path, item: Json, session: str, workspace: Workspace) -> Json:
    from nbops.snapshots.snapshot import snapshot

    dataset = read_stable(path)
    taken = snapshot(dataset, str(item["name"]), workspace=workspace, upload=False)
    content = kept_profile(dataset)
    return stored_entry(taken, Journal(workspace, session).put(content) if content else None)


def _is_ended(key: str, model: ReadModel) -> bool:
    with model.open() as connection:
        row = connection.execute("SELECT facts FROM copies WHERE key = ?", (key,)).fetchone()
    return bool(row and row["facts"])


def _tries(key: str, model: ReadModel) -> int:
    with model.open() as connection:
        row = connection.execute("SELECT tries FROM copies WHERE key = ?", (key,)).fetchone()
    return int(row["tries"]) if row else 0


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    with suppress(OSError):  # swept later
        path.unlink(missing_ok=True)
        path.parent.rmdir()  # unless the kernel has more to store
