"""The local read model: what journals, notes and MLflow say, in one SQLite file that any screen may read at once.

It may be deleted at any time and loses nothing: runs and how far each got come back from the journals and the notes
beside them, what people changed too, documents from their files, and runs that nbops did not make from MLflow with the
recorder's next look (`nbops sync`).
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from typing import Any

from nbops.errors import StoreUnavailable
from nbops.recording.folding.adopt import adopt
from nbops.recording.folding.documents import drop_document, keep_document, kept_documents
from nbops.recording.folding.fold import fold_journals
from nbops.workspace import Workspace, is_on_network

_LAYOUT = 6
_PATIENCE = 30.0
_AGAIN = "look again"
_DAMAGED = "{path} was damaged; it is put aside and built anew from the journals"


class ReadModel:
    """Runs and documents of one workspace. Cheap to make; safe to use from any process."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._opened = 0

    @contextmanager
    def open(self, *, write: bool = False) -> Iterator[sqlite3.Connection]:
        """Yield a connection; with *write*, one transaction that is committed at the end or undone.

        Raises:
            StoreUnavailable: The file cannot be read or written now.
        """
        connection = None
        try:
            connection = self._connect()
            try:
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
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"{self.workspace.read_model} cannot be used now: {error}") from error
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            self._put_aside()
            raise StoreUnavailable(_DAMAGED.format(path=self.workspace.read_model), hint=_AGAIN) from error
        except OSError as error:
            raise StoreUnavailable(f"{self.workspace.read_model} cannot be used now: {error.strerror}") from error

    def fold(self) -> int:
        """Take in what journals and notes have got since the last look, and return how many records that was."""
        with suppress(OSError):
            adopt(self.workspace)
        try:
            with self.open() as connection:
                return fold_journals(self.workspace, connection)
        except StoreUnavailable as error:
            if not isinstance(error.__cause__, sqlite3.DatabaseError) or error.hint != _AGAIN:
                raise
        with self.open() as connection:  # it was damaged and put aside; this builds it anew
            return fold_journals(self.workspace, connection)

    def put(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Keep *body* as the document *key* of *kind*."""
        text = json.dumps(body, ensure_ascii=False)
        with self.open() as connection:
            row = connection.execute("SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, key)).fetchone()
            if row and row["body"] == text:
                return
            document = (kind, key, time.time(), text)
            keep_document(self.workspace, document)
            connection.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", document)

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
        drop_document(self.workspace, kind, key)
        with self.open(write=True) as connection:
            connection.execute("DELETE FROM documents WHERE kind = ? AND key = ?", (kind, key))

    def _connect(self) -> sqlite3.Connection:
        self.workspace.root.mkdir(parents=True, exist_ok=True)
        try:
            return self._prepared()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:  # a damaged file: put aside, built anew
            self._put_aside()
            return self._prepared()

    def _put_aside(self) -> None:
        """Make room for a new file; who else has the damaged one open is told the same."""
        path = self.workspace.read_model
        with self._alone():
            if _inode(path) == self._opened:
                path.rename(path.with_name(f"runs.db.damaged-{int(time.time())}"))
                self._clear_place()

    def _clear_place(self) -> None:
        # A log without its file would be played into the new one.
        for tail in ("-wal", "-shm"):
            self.workspace.read_model.with_name(f"runs.db{tail}").unlink(missing_ok=True)
        self.workspace.read_model.touch()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.workspace.root / "runs.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with suppress(OSError):  # a file system without locks
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _prepared(self) -> sqlite3.Connection:
        if not self.workspace.read_model.exists():
            with self._alone():
                if not self.workspace.read_model.exists():
                    self._clear_place()
        self._opened = _inode(self.workspace.read_model)
        connection = sqlite3.connect(self.workspace.read_model, timeout=_PATIENCE, isolation_level=None)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA synchronous = NORMAL")
            if connection.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
                self._lay_out(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        if not is_on_network(self.workspace.read_model):
            connection.execute("PRAGMA journal_mode = WAL")
        statements = files("nbops.recording.folding").joinpath("schema.sql").read_text(encoding="utf-8").split(";")
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("PRAGMA user_version").fetchone()[0] != _LAYOUT:
            for table in ("sessions", "runs", "bodies", "points", "copies"):
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in statements:
                connection.execute(statement)
            connection.executemany(
                "INSERT OR IGNORE INTO documents VALUES (?, ?, ?, ?)", kept_documents(self.workspace)
            )
            connection.execute(f"PRAGMA user_version = {_LAYOUT}")
        connection.execute("COMMIT")


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0
