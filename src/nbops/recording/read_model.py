"""The local read model: what journals and MLflow say, in one SQLite file that any screen may read at once.

It may be deleted: runs come back from the journals, MLflow ids, stars, notes and names from MLflow's tags with the
recorder's next pass, and documents from the rooms that wrote them (`nbops sync`).
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from nbops.recording.fold import fold_journals
from nbops.workspace import Workspace, is_on_network


class ReadModel:
    """Runs and documents of one workspace. Cheap to make; safe to use from any process."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    @contextmanager
    def open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield a connection; with *write*, one transaction that is committed at the end or undone."""
        path = self.workspace.read_model
        fresh = not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            if fresh or not _has_tables(connection):
                _prepare(connection, wal=not is_on_network(path))
            if write:
                connection.execute("BEGIN IMMEDIATE")
            yield connection
            if connection.in_transaction:
                connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        finally:
            connection.close()

    def fold(self) -> int:
        """Take in what journals have got since the last look, and return how many records that was."""
        with self.open(write=True) as connection:
            return fold_journals(self.workspace, connection)

    def put(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep *body* as the document *key* of *kind*."""
        text = json.dumps(body, ensure_ascii=False)
        with self.open(write=True) as connection:
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", (kind, key, time.time(), text))

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        """Return a document, or None."""
        with self.open() as connection:
            row = connection.execute("SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)).fetchone()
        return json.loads(row["body"]) if row else None

    def list(self, kind: str) -> list[dict[str, Any]]:
        """Return the documents of *kind*, the latest changed first."""
        with self.open() as connection:
            rows = connection.execute("SELECT body FROM documents WHERE kind = ? ORDER BY updated DESC", (kind,))
            return [json.loads(row["body"]) for row in rows]

    def delete(self, kind: str, key: str) -> None:
        """Forget a document."""
        with self.open(write=True) as connection:
            connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'documents'").fetchone())


def _prepare(connection: sqlite3.Connection, *, wal: bool) -> None:
    if wal:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(files("nbops.recording").joinpath("schema.sql").read_text(encoding="utf-8"))
