"""MLflow's SQLite files: made whole before anybody sees them, left alone while somebody else sets them up.

MLflow migrates an empty file in dozens of steps without a lock, so that two processes at it break it for good. The
user's own code may be one of them: it is never asked to wait, so it is we who do.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from nbops.errors import StoreUnavailable
from nbops.workspace import is_on_network

SETTING_UP = "is being set up by another process"
_SCHEME = "sqlite:///"
_STILL, _PATIENCE = 20.0, 1.0
_BESIDE = ("-journal", "-wal", "-shm")


def database_of(uri: str) -> Path | None:
    """Return the file behind an MLflow address, where it is one of SQLite with a whole path."""
    path = Path(uri.removeprefix(_SCHEME))
    return path if uri.startswith(_SCHEME) and path.is_absolute() and "?" not in uri else None


def prepare_database(path: Path, *, ours: bool) -> None:
    """Return when the file at *path* can be used; make it where there is none.

    Args:
        path: Of the file.
        ours: It is the workspace's own: one that was left half made, and holds no runs, is made anew.

    Raises:
        StoreUnavailable: Somebody else is setting it up, or a person has to look at it.
    """
    with _alone(path):
        if not path.exists():
            _make(path, ours=ours)
        reason = unready(path)
        if reason is None:
            return
        if not ours or SETTING_UP not in reason or not _is_left(path):
            remedy = remedy_of(path)
            raise StoreUnavailable(reason if SETTING_UP in reason else f"{reason}: {remedy}", hint=remedy)
        _make_anew(path)


def unready(path: Path) -> str | None:
    """Say what keeps the file from being used; None for nothing. Nothing is changed.

    Raises:
        StoreUnavailable: It is no database, or cannot be read.
    """
    revision, experiments, runs, _ = _look(path)
    head = _known_revisions()[0]
    if revision == head:
        return None if experiments else f"{path} {SETTING_UP}"
    if revision and revision not in _known_revisions():
        return f"{path} was written by a newer MLflow than the one installed here (revision {revision})"
    if runs:
        return f"{path} is at MLflow's revision {revision or 'none'}, the one installed here wants {head}"
    return f"{path} {SETTING_UP}"


def remedy_of(path: Path) -> str:
    """Return what a person can do about a file that `unready` complains of."""
    revision, _, runs, torn = _look(path)
    if revision and revision not in _known_revisions():
        return "pip install -U mlflow"
    if runs and not torn:
        return f"mlflow db upgrade {_SCHEME}{path}"
    if runs:
        return f"move {path} away; then nbops sync writes all runs into a new one"
    return f"nothing while it changes; what was left half made is made anew after {_STILL:.0f} s of stillness"


def missing_runs(path: Path, ids: list[str]) -> set[str]:
    """Return those of MLflow's run *ids* that the file does not hold; all of them where there is no file.

    Raises:
        StoreUnavailable: It is no database, or cannot be read.
    """
    if not path.exists():
        return set(ids)
    with _reading(path) as connection:
        there = {row[0] for row in connection.execute("SELECT run_uuid FROM runs")} if ids else set()
    return set(ids) - there


def identity(path: Path) -> tuple[int, int]:
    """Return what tells the file from another one that took its place; zeros where there is none."""
    try:
        state = path.stat()
    except OSError:
        return 0, 0
    return state.st_dev, state.st_ino


def forget_connections() -> None:
    """Close what MLflow holds open of databases in this process; it opens them again when it needs them."""
    from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore as Registry
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for store in (SqlAlchemyStore, Registry):
        for engine in list(store._engine_map.values()):  # noqa: SLF001 # MLflow keeps them for ever, and names them nowhere else
            engine.dispose()


@lru_cache(maxsize=1)
def _known_revisions() -> tuple[str, ...]:
    """Return the revisions that the installed MLflow knows, its own first."""
    from alembic.script import ScriptDirectory
    from mlflow.store.db.utils import _get_alembic_config

    scripts = ScriptDirectory.from_config(_get_alembic_config(db_url=""))  # type: ignore[no-untyped-call]
    return tuple(script.revision for script in scripts.walk_revisions())


def _look(path: Path) -> tuple[str, int, int, bool]:
    """Return revision, number of experiments and of runs, and whether a step of a migration was cut short."""
    with _reading(path) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        row = (
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
            if "alembic_version" in tables
            else None
        )
        counts = [
            connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] if table in tables else 0  # noqa: S608 # names below
            for table in ("experiments", "runs")
        ]
    return (row[0] if row else ""), counts[0], counts[1], any(name.startswith("_alembic_tmp_") for name in tables)


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise StoreUnavailable(f"{path} cannot be read now: {error}") from error
    except sqlite3.DatabaseError as error:
        hint = f"move {path} away; then nbops sync writes all runs into a new one"
        raise StoreUnavailable(f"{path} is no database of MLflow's: {error}", hint=hint) from error


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of all who set up the file with our help, such as the recorders of two interpreters."""
    try:
        lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a folder that cannot be written: who may only read sets up nothing
        yield
        return
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _make(path: Path, *, ours: bool) -> None:
    """Make a whole store beside, and give it its name unless somebody else's has it by then."""
    with _made_beside(path, wal=ours) as partial:
        if path.exists():
            return
        for tail in _BESIDE[1:]:  # what a deleted store has left would be played into the new one
            path.with_name(path.name + tail).unlink(missing_ok=True)
        with suppress(FileExistsError):
            _link(partial, path)


def _link(partial: Path, path: Path) -> None:
    try:
        os.link(partial, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        partial.rename(path)


def _make_anew(path: Path) -> None:
    """Fill the file with a whole store; who has it open sees the new content, for it stays the same file."""
    shutil.copyfile(path, path.with_name(f"{path.name}.unfinished-{int(time.time())}"))
    with _made_beside(path, wal=False) as partial:
        try:
            with (
                closing(sqlite3.connect(partial)) as whole,
                closing(sqlite3.connect(path, timeout=_PATIENCE)) as target,
            ):
                whole.backup(target)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable(f"{path} {SETTING_UP}") from error


@contextmanager
def _made_beside(path: Path, *, wal: bool) -> Iterator[Path]:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for former in path.parent.glob(f"{path.name}.partial-*"):  # of one that was killed; the lock is ours
        former.unlink(missing_ok=True)
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}-{time.time_ns()}")
    try:
        SqlAlchemyStore(f"{_SCHEME}{partial}", "./mlruns").engine.dispose()  # type: ignore[no-untyped-call]
        if wal and not is_on_network(path):
            with closing(sqlite3.connect(partial)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        yield partial
    finally:
        for tail in ("", *_BESIDE):
            partial.with_name(partial.name + tail).unlink(missing_ok=True)


def _is_left(path: Path) -> bool:
    """Say whether nobody has written for so long that whoever began must be gone."""
    touched = [place.stat().st_mtime for tail in ("", *_BESIDE) if (place := path.with_name(path.name + tail)).exists()]
    if time.time() - max(touched, default=0.0) < _STILL:
        return False
    try:
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    return True
