"""The process that drains the journals of one workspace into MLflow: `python -m nbops.recording.recorder`."""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import os
import signal
import sqlite3
import time
from dataclasses import replace
from logging.handlers import RotatingFileHandler
from pathlib import Path

from nbops.errors import NbopsError, StoreUnavailable
from nbops.recording.mlflow_store import MlflowStore
from nbops.recording.pending import LOCK
from nbops.recording.read_model import ReadModel
from nbops.recording.record import record_run
from nbops.recording.rows import run_from
from nbops.recording.start import recorder_environment
from nbops.workspace import Workspace

_IDLE, _LIVE_AFTER, _MOST_TRIES, _LONGEST_WAIT = 600.0, 3.0, 5, 30.0
_log = logging.getLogger("nbops.recorder")


class Recorder:
    """Drains one workspace. Everything it must remember is in the read model and in MLflow's tags."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.model = ReadModel(workspace)
        self._stores: dict[str, MlflowStore] = {}

    def drain(self) -> int:
        """Record every run that waits, oldest first, and return how many are done.

        Raises:
            StoreUnavailable: MLflow does not answer; the rest waits.
        """
        self.model.fold()
        done = 0
        for row in self._waiting():
            done += self._record(row)
        return done

    def _waiting(self) -> list[sqlite3.Row]:
        with self.model.open() as connection:
            return connection.execute(
                "SELECT runs.*, sessions.body AS told FROM runs LEFT JOIN sessions USING (session) WHERE state = 'pending' "
                "AND origin = 'nbops' AND (status != 'RUNNING' OR (mlflow_run_id IS NULL AND runs.started < ?)) "
                "ORDER BY started, runs.rowid",
                (time.time() - _LIVE_AFTER,),
            ).fetchall()

    def _record(self, row: sqlite3.Row) -> int:
        run = run_from(row)
        parent = self._mlflow_id(run.parent)
        if parent:
            run = replace(run, tags=run.tags | {"mlflow.parentRunId": parent})
        told = json.loads(row["told"] or "{}")
        opened, closed = json.loads(row["opened"]), json.loads(row["closed"] or "{}")
        if opened.get("attach") and run.status == "RUNNING":
            return 0
        self._note(run.id, "tries = tries + 1")
        try:
            run_id, models = record_run(
                run, opened, json.loads(row["logged"]), closed, self._store(told.get("tracking_uri", "")),
                self.workspace.journals / (run.session or ""), doubtful=row["tries"] > 0,
                on_created=lambda run_id: self._note(run.id, "mlflow_run_id = ?", run_id),
            )  # fmt: skip
        except StoreUnavailable:
            raise
        except Exception as error:
            if not isinstance(error, NbopsError):
                _log.exception("run %s", run.id)
            self._note(run.id, "failure = ?", str(error)[:500])
            if row["tries"] + 1 >= _MOST_TRIES:
                self._note(run.id, "state = 'refused'")
            return 0
        if run.status == "RUNNING":
            return 0
        self._note(
            run.id, "state = 'recorded', failure = '', models = ?, mlflow_run_id = ?", json.dumps(models), run_id
        )
        if row["deleted"]:
            self._store(told.get("tracking_uri", "")).delete_run(run_id)
        return 1

    def _store(self, tracking_uri: str) -> MlflowStore:
        if tracking_uri not in self._stores:
            self._stores[tracking_uri] = MlflowStore(self.workspace, tracking_uri)
        return self._stores[tracking_uri]

    def _mlflow_id(self, run: str | None) -> str | None:
        if not run:
            return None
        with self.model.open() as connection:
            row = connection.execute("SELECT mlflow_run_id FROM runs WHERE id = ?", (run,)).fetchone()
        return row["mlflow_run_id"] if row else None

    def _note(self, run: str, change: str, *values: str) -> None:
        with self.model.open(write=True) as connection:
            connection.execute(f"UPDATE runs SET {change} WHERE id = ?", (*values, run))  # noqa: S608 # literals above

    def has_live_runs(self) -> bool:
        """Say whether some run is still open, so that its end must be waited for."""
        with self.model.open() as connection:
            return bool(
                connection.execute("SELECT 1 FROM runs WHERE status = 'RUNNING' AND origin = 'nbops'").fetchone()
            )


def serve(workspace: Workspace, *, idle: float = _IDLE, once: bool = False) -> int:
    """Drain until nothing came for *idle* seconds; return the exit code (0 done, 1 MLflow did not answer)."""
    recorder = Recorder(workspace)
    last, wait, reason = time.monotonic(), 0.2, ""
    while True:
        try:
            if recorder.drain():
                last = time.monotonic()
            wait, told = 0.2, ""
        except StoreUnavailable as error:
            wait, told = min(_LONGEST_WAIT, max(1.0, wait * 2)), str(error)
            _log.warning("%s; next try in %.0f s", error, wait)
        if told != reason:
            recorder.model.put("state", "recorder", {"waiting": told})
            reason = told
        if once:
            return int(bool(told))
        if time.monotonic() - last > idle and not recorder.has_live_runs():
            return 0
        time.sleep(wait)


def main() -> None:
    """Hold the workspace's lock and serve; leave at once where another recorder has it."""
    parser = argparse.ArgumentParser(prog="nbops.recording.recorder")
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--idle", type=float, default=_IDLE)
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    workspace = Workspace(options.workspace.absolute())
    os.environ.update(recorder_environment())
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    lock = os.open(workspace.root / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | (0 if options.once else fcntl.LOCK_NB))
    except OSError:
        return
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(name)s %(message)s",
        handlers=[RotatingFileHandler(workspace.root / "recorder.log", maxBytes=1_000_000, backupCount=1)],
    )
    raise SystemExit(serve(workspace, idle=options.idle, once=options.once))


if __name__ == "__main__":
    main()
