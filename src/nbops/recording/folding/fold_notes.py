"""Notes of recorders and people → rows of the read model."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from nbops.recording import notes
from nbops.recording.folding.fold_copies import fold_copy
from nbops.recording.run import Json

_COLUMNS = {"name": "renamed", "note": "note", "star": "starred", "hide": "hidden", "deleted": "deleted"}


def fold_note(note: Json, connection: sqlite3.Connection) -> None:
    """Fold one note; kinds that this version does not know are passed over."""
    run, kind = note["run"], note["kind"]
    if kind in _WITH_MORE:
        _WITH_MORE[kind](note, connection)
    elif kind == notes.BEGUN:
        connection.execute("UPDATE runs SET doubt = 1 WHERE id = ?", (run,))
    elif kind == notes.CREATED:
        connection.execute(
            "UPDATE runs SET mlflow_run_id = ?, doubt = 0, met = CASE WHEN ? THEN 2 ELSE met END WHERE id = ?",
            (note["mlflow_run_id"], bool(note.get("attached")), run),
        )
    elif kind == notes.MET:
        connection.execute("UPDATE runs SET met = MAX(met, 1) WHERE id = ?", (run,))
    elif kind == notes.REFUSED:
        connection.execute("UPDATE runs SET state = 'refused', failure = ? WHERE id = ?", (note["reason"], run))
    elif kind == notes.CHANGED:
        fold_change(run, note["changes"], connection)
    elif kind in {notes.STORING, notes.STORED}:
        fold_copy(str(note["copy"]), note.get("facts"), connection)
    elif kind == notes.TOLD:
        _told(run, note["changes"], connection)


def fold_change(run: str, changes: Json, connection: sqlite3.Connection) -> None:
    """Apply what a person changed, and remember that MLflow does not know it yet."""
    row = connection.execute("SELECT unsaid, tags FROM runs JOIN bodies USING (id) WHERE id = ?", (run,)).fetchone()
    if row is None:
        return
    apply_changes(run, changes, json.loads(row["tags"]), connection)
    unsaid = json.loads(row["unsaid"] or "{}")
    merged = unsaid | changes
    if "tags" in changes:
        merged["tags"] = unsaid.get("tags", {}) | changes["tags"]
    connection.execute("UPDATE runs SET unsaid = ? WHERE id = ?", (json.dumps(merged), run))


def apply_changes(run: str, changes: Json, tags: dict[str, str], connection: sqlite3.Connection) -> None:
    """Write *changes* (`name`, `note`, `star`, `hide`, `deleted`, `tags`) into a run's row, over its former *tags*."""
    for name, value in changes.items():
        if column := _COLUMNS.get(name):
            stored: Any = int(value) if isinstance(value, bool) else value
            connection.execute(f"UPDATE runs SET {column} = ? WHERE id = ?", (stored, run))  # noqa: S608 # names above
    if changes.get("tags"):
        connection.execute("UPDATE bodies SET tags = ? WHERE id = ?", (json.dumps(tags | changes["tags"]), run))


def _told(run: str, changes: Json, connection: sqlite3.Connection) -> None:
    row = connection.execute("SELECT unsaid FROM runs WHERE id = ?", (run,)).fetchone()
    if row is None:
        return
    left = {name: value for name, value in json.loads(row["unsaid"] or "{}").items() if changes.get(name) != value}
    if isinstance(left.get("tags"), dict):
        said = changes.get("tags", {})
        left["tags"] = {key: value for key, value in left["tags"].items() if said.get(key) != value}
        left = left if left["tags"] else {name: value for name, value in left.items() if name != "tags"}
    connection.execute("UPDATE runs SET unsaid = ? WHERE id = ?", (json.dumps(left) if left else "", run))


def _found(note: Json, connection: sqlite3.Connection) -> None:
    run, parameters, metrics = note["run"], note.get("parameters", {}), note.get("metrics", {})
    row = connection.execute("SELECT closed, metrics FROM runs JOIN bodies USING (id) WHERE id = ?", (run,)).fetchone()
    if row is None:
        return
    closed = json.loads(row["closed"])
    # With what the cell itself was seen to hold: a store that has lost the run gets it back whole.
    closed["parameters"] = closed.get("parameters", {}) | parameters
    closed["metrics"] = closed.get("metrics", {}) | metrics
    connection.execute("UPDATE bodies SET closed = ? WHERE id = ?", (json.dumps(closed), run))
    words = [*(f"{name}={value}" for name, value in parameters.items()), *metrics, note.get("name") or ""]
    connection.execute(
        "UPDATE runs SET metrics = ?, words = words || ? || ' ', renamed = COALESCE(renamed, ?) WHERE id = ?",
        (json.dumps(json.loads(row["metrics"]) | metrics), " ".join(words).lower(), note.get("name"), run),
    )


def _recorded(note: Json, connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE runs SET state = 'recorded', failure = ?, doubt = 0, mlflow_run_id = ?, "
        "experiment = COALESCE(?, experiment) WHERE id = ?",
        (note.get("failure", ""), note["mlflow_run_id"], note.get("experiment"), note["run"]),
    )
    connection.execute("DELETE FROM points WHERE id = ?", (note["run"],))


def _model(note: Json, connection: sqlite3.Connection) -> None:
    row = connection.execute("SELECT models FROM bodies WHERE id = ?", (note["run"],)).fetchone()
    if row is None:
        return
    models = {item["name"]: item for item in json.loads(row["models"])}
    former = models.get(note["model"], {})
    facts = note.get("facts") or {"tries": former.get("tries", 0) + 1}
    models[note["model"]] = {"name": note["model"]} | former | facts
    connection.execute("UPDATE bodies SET models = ? WHERE id = ?", (json.dumps(list(models.values())), note["run"]))


_WITH_MORE = {
    notes.FOUND: _found,
    notes.RECORDED: _recorded,
    notes.MODELLING: _model,
    notes.MODELLED: _model,
}
