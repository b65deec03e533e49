"""What became of stable copies → the runs that refer to them, in whatever order the two are read."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from nbops.capture.datasets.dataset_entry import by_reference_warning
from nbops.recording.run import Json


def expect_copies(run: str, closed: Json, connection: sqlite3.Connection) -> Json:
    """Remember which copies a run waits for; return its last record with what is already known of them."""
    for key in _awaited(closed):
        row = connection.execute("SELECT runs, facts FROM copies WHERE key = ?", (key,)).fetchone()
        runs = sorted({run, *json.loads(row["runs"])} if row else {run})
        connection.execute(
            "INSERT INTO copies (key, runs) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET runs = excluded.runs",
            (key, json.dumps(runs)),
        )
        if row and row["facts"]:
            closed = _completed(closed, key, json.loads(row["facts"]))
    return closed


def fold_copy(key: str, facts: Json | None, connection: sqlite3.Connection) -> None:
    """Fold that the recorder begins to store a copy (no *facts* yet), or what became of it."""
    connection.execute("INSERT OR IGNORE INTO copies (key) VALUES (?)", (key,))
    if facts is None:
        connection.execute("UPDATE copies SET tries = tries + 1 WHERE key = ?", (key,))
        return
    row = connection.execute("SELECT runs, facts FROM copies WHERE key = ?", (key,)).fetchone()
    if row["facts"]:  # two recorders were at it; the copy was there for the first of them
        return
    connection.execute("UPDATE copies SET facts = ? WHERE key = ?", (json.dumps(facts), key))
    for run in json.loads(row["runs"]):
        body = connection.execute("SELECT closed FROM bodies WHERE id = ?", (run,)).fetchone()
        if body is not None:
            closed = _completed(json.loads(body["closed"]), key, facts)
            connection.execute("UPDATE bodies SET closed = ? WHERE id = ?", (json.dumps(closed), run))


def runs_awaiting(connection: sqlite3.Connection) -> set[str]:
    """Return the ids of the runs that wait for a copy to be stored."""
    rows = connection.execute("SELECT runs FROM copies WHERE facts = ''")
    return {run for row in rows for run in json.loads(row["runs"])}


def _awaited(closed: Json) -> list[str]:
    """Return the keys of the copies that a run's datasets wait for."""
    return [str(item["copy"]) for item in closed.get("datasets", ()) if item.get("pending") and item.get("copy")]


def _completed(closed: Json, key: str, facts: Json) -> Json:
    datasets: list[Any] = []
    warnings = list(closed.get("warnings", ()))
    for item in closed.get("datasets", ()):
        if not item.get("pending") or item.get("copy") != key:
            datasets.append(item)
            continue
        datasets.append(item | facts | {"pending": False})
        if facts.get("by_reference"):
            warnings.append(by_reference_warning(datasets[-1]))
    return closed | {"datasets": datasets, "warnings": warnings}
