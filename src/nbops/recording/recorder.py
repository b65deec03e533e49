"""The process that drains the journals of one workspace into MLflow: `python -m nbops.recording.recorder`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sqlite3
import time
from contextlib import suppress
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from nbops.capture.journal.records import RUNNING
from nbops.errors import JournalError, NbopsError, StoreUnavailable
from nbops.recording import notes
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.notes import append_note, notes_folder
from nbops.recording.process.finish_snapshots import awaiting_copies, finish_snapshots, sweep_copies
from nbops.recording.process.heartbeat import Heartbeat, root_of
from nbops.recording.process.interpreter import recorder_file, take_lock
from nbops.recording.process.report import report
from nbops.recording.process.sleep_until_woken import sleep_until_woken
from nbops.recording.process.start import recorder_environment, wake
from nbops.recording.process.uploads import Uploads
from nbops.recording.process.work import has_live_runs, interpreter_of, served_here, waiting_rows, work_of
from nbops.recording.pull import pull
from nbops.recording.run import Run
from nbops.recording.writing.mlflow_store import MlflowStore
from nbops.recording.writing.record import Work, record_run
from nbops.recording.writing.tell import tell_changes
from nbops.settings import read_settings
from nbops.workspace import Workspace, can_be_written

_IDLE, _LONGEST_WAIT, _LOOK, _PULL = 600.0, 30.0, 0.2, 60.0
_EAGER, _GLANCE = 10.0, 0.02  # who waits for one run often waits for the next one soon
_MOST_TRIES, _MOST_DROPS, _LATELY = 5, 20, 200
_UNSENT = "SELECT 1 FROM points WHERE id = ? AND seq > ? LIMIT 1"
_log = logging.getLogger("nbops.recorder")


class Recorder:
    """Drains one workspace. Everything it must remember stands in the notes beside the journals."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.model = ReadModel(workspace)
        self._root = root_of(workspace)
        self._stores: dict[str, MlflowStore] = {}
        self._away: set[str] = set()

    def drain(self) -> int:
        """Record every run that waits, oldest first, and return how many are done.

        Raises:
            StoreUnavailable: A store does not answer; its runs wait, those of other stores are recorded.
            JournalError: The disk refuses notes; everything waits.
        """
        self._fold()
        done, down = 0, dict[str, StoreUnavailable]()
        rows = waiting_rows(self.model)
        held = {row["id"]: row for row in awaiting_copies(rows, self.model)}
        for row in rows:
            if row["id"] in held:
                continue
            uri = row["uri"]
            if uri in down or (row["status"] == RUNNING and self._is_up_to_date(row)):
                continue
            try:
                if uri in self._away:
                    self._store(uri).reach()  # quicker than MLflow's client, and with a plainer answer
                done += self._serve(row) if served_here(row) else self._serve_for_another(row)
                self._away.discard(uri)
            except StoreUnavailable as error:
                if (away := self._away_error(row, error)) is not None:
                    down[uri] = away
                    self._away.add(uri)
            except JournalError:
                raise  # the disk is full: nothing can be noted, and without notes nothing may be done
            except Exception as error:  # noqa: BLE001 # one run that cannot be recorded must not stop all others
                _log.warning("run %s", row["id"], exc_info=not isinstance(error, NbopsError) and error)
                self._refuse(row, error, after=_MOST_TRIES)
            finally:
                self._fold()
        # It takes seconds, so that runs without large data go first.
        stored = finish_snapshots(list(held.values()), self.model)
        if down:
            raise next(iter(down.values()))
        return done + (self.drain() if stored else 0)

    def _fold(self) -> None:
        if root_of(self.workspace) != self._root:  # whoever looks there makes a new one
            raise StoreUnavailable(f"{self.workspace.root} was moved or deleted")
        self.model.fold()

    def sweep(self) -> None:
        """Remove copies of data that nobody waits for any more."""
        try:
            self.model.fold()
            sweep_copies(self.model)
        except (NbopsError, OSError) as error:
            _log.warning("%s", error)

    def pull(self) -> None:
        """Take over what others did in MLflow lately; a store that does not answer is asked again later."""
        try:
            pull(self.workspace, most=_LATELY)
        except NbopsError as error:
            _log.warning("%s", error)

    def _serve(self, row: sqlite3.Row) -> int:
        store = self._store(row["uri"])
        work = work_of(row, self.model)
        if row["state"] == "pending" and row["origin"] == "nbops":
            if work.parent is None and not work.orphan:
                return 0  # the parent's turn comes first
            upload = read_settings(self.workspace.project)[0].upload_data
            record_run(work, store, self.workspace, partial(_note, self._folder(row), row["id"]), upload_rows=upload)
            self._note_sent(work)
            self.model.fold()
        if row["unsaid"]:
            self._tell(row, work.run, store)
        return int(row["status"] != RUNNING)

    def _serve_for_another(self, row: sqlite3.Row) -> int:
        """Record an orphan of another interpreter, holding that one's lock, so that nobody else does it too."""
        lock = take_lock(self.workspace, interpreter_of(row), tries=1)
        if lock is None:
            return 0
        try:
            self.model.fold()
            fresh = [other for other in waiting_rows(self.model, holding=True) if other["id"] == row["id"]]
            return sum(self._serve(other) for other in fresh)
        finally:
            os.close(lock)

    def _tell(self, row: sqlite3.Row, run: Run, store: MlflowStore) -> None:
        with self.model.open() as connection:
            found = connection.execute("SELECT mlflow_run_id, state FROM runs WHERE id = ?", (run.id,)).fetchone()
        if found["mlflow_run_id"]:
            tell_changes(store, found["mlflow_run_id"], run, json.loads(row["unsaid"]))
        elif found["state"] == "pending":
            return
        _note(self._folder(row), run.id, notes.TOLD, changes=json.loads(row["unsaid"]))

    def _away_error(self, row: sqlite3.Row, error: StoreUnavailable) -> StoreUnavailable | None:
        """Return what keeps the store from answering; None for a server that is there and only drops this run."""
        store = self._store(row["uri"])
        if not store.is_server:
            return error
        try:
            store.reach()
        except StoreUnavailable as away:
            return away
        self._refuse(row, error, after=_MOST_DROPS)
        return None

    def _refuse(self, row: sqlite3.Row, error: Exception, *, after: int) -> None:
        if row["tries"] + 1 >= after:
            if row["state"] == "pending":
                _note(self._folder(row), row["id"], notes.REFUSED, reason=f"not in MLflow: {error}"[:500])
            else:  # what people changed stays here; MLflow has lost the run
                _note(self._folder(row), row["id"], notes.TOLD, changes=json.loads(row["unsaid"]))
        with self.model.open(write=True) as connection:
            connection.execute("UPDATE runs SET tries = tries + 1 WHERE id = ?", (row["id"],))

    def _folder(self, row: sqlite3.Row) -> Path:
        return notes_folder(self.workspace, row["session"])

    def _is_up_to_date(self, row: sqlite3.Row) -> bool:
        if not row["mlflow_run_id"] or row["unsaid"]:
            return False
        with self.model.open() as connection:
            return connection.execute(_UNSENT, (row["id"], row["sent"])).fetchone() is None

    def _note_sent(self, work: Work) -> None:
        with self.model.open(write=True) as connection:
            connection.execute("UPDATE runs SET sent = ? WHERE id = ?", (work.sent, work.run.id))

    def _store(self, uri: str) -> MlflowStore:
        if uri not in self._stores:
            named = uri or read_settings(self.workspace.project)[0].tracking_uri
            self._stores[uri] = MlflowStore(self.workspace, named)
        return self._stores[uri]


def _note(folder: Path, run: str, kind: str, **facts: Any) -> None:
    append_note(folder, kind, run, **facts)


def serve(workspace: Workspace, *, idle: float = _IDLE, once: bool = False) -> int:
    """Drain until nothing came for *idle* seconds; return the exit code (0 done, 1 a store did not answer)."""
    recorder, uploads, root = Recorder(workspace), Uploads(workspace), root_of(workspace)
    last, wait, pulled = time.monotonic(), _LOOK, -_PULL
    report(workspace, "", "")
    recorder.sweep()
    while root_of(workspace) == root:
        uploads.look()
        done, reason, wait = _drain(recorder, wait)
        if once:
            uploads.finish()
        report(workspace, reason, uploads.reason)
        if once:
            return int(bool(reason or uploads.reason))
        if root_of(workspace) != root:
            break
        if done or reason or uploads.busy or uploads.reason or has_live_runs(recorder.model):
            last = time.monotonic()
        elif time.monotonic() - pulled > _PULL:
            recorder.pull()
            pulled = time.monotonic()
        if time.monotonic() - last > idle:
            return 0
        if workspace.replaced is not None and can_be_written(workspace.replaced) and not has_live_runs(recorder.model):
            return 0  # the project can be written again; its own recorder takes over what lies here
        eager = time.monotonic() - last < _EAGER and wait <= _LOOK
        if sleep_until_woken(workspace, wait, _GLANCE if eager else _LOOK):
            uploads.hurry()
    return 0  # it was moved or deleted; what we wrote here now would be another workspace


def _drain(recorder: Recorder, wait: float) -> tuple[int, str, float]:
    """Return how many runs are done, why others are not, and how long to wait now, where it was *wait* before."""
    try:
        return recorder.drain(), "", _LOOK
    except NbopsError as error:
        longer = min(_LONGEST_WAIT, max(1.0, wait * 2))
        _log.warning("%s; next try in %.0f s", error, longer)
        return 0, str(error), longer


def _run(workspace: Workspace, *, idle: float, once: bool) -> int:
    root, heartbeat = root_of(workspace), Heartbeat(recorder_file(workspace, "json"))
    while (lock := take_lock(workspace)) is not None:
        heartbeat.start()
        code = serve(workspace, idle=idle, once=once)
        os.close(lock)
        if root_of(workspace) != root:
            _pass_on(root)
            return code
        if once or code:
            return code
        model = ReadModel(workspace)
        model.fold()
        # Who closed a run between our last look and the end of the lock has seen the lock and started nobody.
        if not waiting_rows(model):
            return code
    return 0


def _pass_on(root: tuple[int, int]) -> None:
    """Have another recorder serve the workspace where it lies now: who woke us there meanwhile relied on our lock."""
    with suppress(OSError):  # it was deleted
        moved = Workspace(Path.cwd())
        if root_of(moved) == root:
            wake(moved)


def main() -> None:
    """Hold the workspace's lock and serve; leave at once where another recorder has it."""
    parser = argparse.ArgumentParser(prog="nbops.recording.recorder")
    parser.add_argument("--workspace", type=Path, required=True)
    idle = float(os.environ.get("NBOPS_RECORDER_IDLE", _IDLE))
    parser.add_argument("--idle", type=float, default=idle, help="seconds without work after which it leaves")
    parser.add_argument("--once", action="store_true")
    options = parser.parse_args()
    workspace = Workspace(options.workspace.absolute())
    os.environ.update(recorder_environment())
    os.nice(5)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    logging.basicConfig(
        level=logging.WARNING,
        format="%(asctime)s %(name)s %(message)s",
        handlers=[RotatingFileHandler(workspace.root / "recorder.log", maxBytes=1_000_000, backupCount=1)],
    )
    raise SystemExit(_run(workspace, idle=options.idle, once=options.once))


if __name__ == "__main__":
    main()
