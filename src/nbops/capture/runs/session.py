"""The one session that this process records into."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.capture.boundary import say_again, say_once, unharmed
from nbops.capture.journal.journal import Journal
from nbops.capture.journal.records import Record, RunClosed, RunLogged, RunOpened, Session
from nbops.capture.runs.on_wake import on_wake as on_wake  # noqa: PLC0414 # part of the session's surface
from nbops.capture.runs.on_wake import wake_recorder
from nbops.capture.secrets.redaction import redact
from nbops.capture.surroundings.frontend import frontend_of, notebook_of
from nbops.capture.surroundings.mlflow_presence import user_tracking_uri
from nbops.errors import JournalError
from nbops.processes import this_process
from nbops.settings import usable_settings
from nbops.workspace import Workspace, find_workspace, prepare_workspace, substitute, usable

if TYPE_CHECKING:
    from nbops.capture.runs.active_run import ActiveRun

_MOST_WAITING = 10_000
_REFUSED, _FORKED = "the disk refuses", "forked"

Closing = Callable[[RunOpened, RunClosed], None]


class CaptureSession:
    """What one process records: a journal, and the runs that are open.

    Nothing is written before the first run opens: executions wait in memory until then, so that a kernel which tracks
    nothing leaves no trace on disk.

    Attributes:
        id: Sorts by time; also the name of the journal's folder.
        workspace: Where the journal is.
        shell: The IPython shell whose cells are observed, if any.
        open_runs: Runs that have begun and not ended, innermost last.
        unseen: Executions that ran before nbops was loaded.
    """

    def __init__(self, workspace: Workspace, shell: Any = None) -> None:
        self.id = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{uuid4().hex[:8]}"
        self.workspace = workspace
        self.settings = usable_settings(workspace.project)
        self.shell = shell
        self.open_runs: list[ActiveRun] = []
        self.unseen = 0
        self.cell: dict[str, Any] | None = None
        self.pid = os.getpid()
        self.on_run_closed: list[Closing] = []
        self._waiting: list[Record] = []
        self._journal: Journal | None = None
        self._described: tuple[str, str | None] | None = None
        self._lock = threading.RLock()
        self._refused = False

    @property
    def tracking_uri(self) -> str:
        """MLflow store that runs go to: the user's own choice first, then settings, then the workspace."""
        return user_tracking_uri() or self.settings.tracking_uri or self.workspace.tracking_uri

    @property
    def notebook(self) -> str | None:
        """Path of the notebook relative to the project, where the frontend tells it."""
        return notebook_of(self.shell, self.workspace)

    def append(self, record: Record, *, durable: bool = True) -> None:
        """Write *record*; an execution waits in memory until the session's first run.

        While the disk refuses, records wait in memory, in order, and the user hears of it. In a forked child nothing
        is written: what it does is no part of its parent's runs.

        Raises:
            JournalError: The disk refuses, and too much waits already.
        """
        if self.is_forked:
            if isinstance(record, RunLogged):
                say_once("what a forked process logs into a run of its parent", key=_FORKED)
            return
        with self._lock:
            self._waiting.append(record)
            if self._journal is None and not isinstance(record, RunOpened):
                return
            try:
                self._write_down(durable=durable)
            except (JournalError, OSError) as error:
                if len(self._waiting) > _MOST_WAITING:
                    self._waiting.remove(record)
                    raise
                if not self._refused:
                    self._refused = True
                    atexit.register(self.close)
                say_once(f"this on disk yet: {error}; it is kept in memory until there is room", key=_REFUSED)
            else:
                say_again(_REFUSED)

    def put(self, content: bytes, *, durable: bool = True) -> str:
        """Store *content* beside the journal, by default through a power cut, and return its SHA-256.

        Raises:
            JournalError: The disk refuses.
        """
        if self.is_forked:
            return sha256(content).hexdigest()
        with self._lock:
            return self._open().put(content, durable=durable)

    def run_closed(self, opened: RunOpened, closed: RunClosed) -> None:
        """Tell whoever asked that a run has ended, then wake the recorder without waiting for it."""
        if self.is_forked:
            return
        for listener in self.on_run_closed:
            with unharmed("a card"):
                listener(opened, closed)
        wake_recorder(self.workspace)

    @property
    def is_forked(self) -> bool:
        """Whether this is the copy that a forked child got of its parent's session."""
        return self.pid != os.getpid()

    @property
    def refused(self) -> int:
        """How many records the disk refuses, which wait in memory until it does not."""
        return len(self._waiting) if self._journal is not None else 0

    def close(self) -> None:
        """Write what still waits, if the disk lets us, and give the journal's file back."""
        if self._journal is None or self.is_forked:
            return
        with self._lock, suppress(JournalError, OSError):
            self._write_down(durable=True)
        self._journal.close()

    def _open(self) -> Journal:
        if self._journal is None:
            self.workspace = _writable(self.workspace)
            self._journal = Journal(self.workspace, self.id)
        else:
            self.follow()
        return self._journal

    def follow(self) -> None:
        """Go on where the workspace lies now, if somebody moved it; where it is not found, anew where it was."""
        if self.is_forked or self._journal is None or not self._journal.moved:
            return
        place, former = find_workspace(), self.workspace
        with self._lock:
            self._journal.close()
            if (place.journals / self.id).is_dir():
                self.workspace, self._journal = place, Journal(place, self.id)
            else:
                prepare_workspace(self.workspace)
        say_once(f"into {_shown(former)} as it was, because that was moved, but into {_shown(self.workspace)}")

    def _write_down(self, *, durable: bool) -> None:
        journal = self._open()
        # Values are logged by the thousand, into a run whose session is described already.
        if self._described is None or not all(isinstance(record, RunLogged) for record in self._waiting[:1]):
            self._describe(journal)
        while self._waiting:
            # What goes before in the file is on disk once the last record is.
            journal.append(self._waiting[0], durable=durable and len(self._waiting) == 1)
            del self._waiting[0]

    def _describe(self, journal: Journal) -> None:
        from nbops.addresses import storable

        # Where the user moves to another MLflow server in mid-session, later runs belong there.
        described = (storable(self.tracking_uri), self.notebook)
        if described == self._described:
            return
        journal.append(
            Session(
                session=self.id,
                owner=this_process(),
                time=time.time(),
                frontend=frontend_of(self.shell),
                notebook=described[1],
                python=sys.executable,
                tracking_uri=described[0],
                experiment=redact(self.settings.experiment).text,
                unseen=self.unseen,
            ),
            durable=False,
        )
        self._described = described


def current_session() -> CaptureSession:
    """Return this process's session: the observed shell's, else the one of the current directory's workspace.

    A forked child gets a session of its own.

    Raises:
        ConfigError: A setting cannot be used.
    """
    if _pinned and _pinned[-1].pid == os.getpid():
        return _pinned[-1]
    return session_for(find_workspace())


def session_for(workspace: Workspace) -> CaptureSession:
    """Return this process's session in *workspace*, beginning it where there is none.

    Raises:
        ConfigError: A setting cannot be used.
    """
    for session in _pinned:
        if session.pid == os.getpid() and session.workspace.root == workspace.root:
            return session
    key = (os.getpid(), workspace.root)
    if key not in _sessions:
        for stale in [known for known in _sessions if known[0] != key[0]]:
            del _sessions[stale]
        _sessions[key] = CaptureSession(workspace)
    return _sessions[key]


def current_session_id() -> str | None:
    """Return the id of the session whose shell is observed, or None; never begins one."""
    return _pinned[-1].id if _pinned and _pinned[-1].pid == os.getpid() else None


def current_cell() -> dict[str, Any] | None:
    """Return `session`, `cell`, `count`, `notebook` and `run` of the cell that runs now, or None."""
    session = _pinned[-1] if _pinned and _pinned[-1].pid == os.getpid() else None
    if session is None or session.cell is None:
        return None
    run = session.open_runs[-1].id if session.open_runs else None
    return {"session": session.id, "notebook": session.notebook, "run": run} | session.cell


def begin_session(shell: Any) -> CaptureSession:
    """Begin the session of *shell*, which is the current one until `end_session`."""
    session = CaptureSession(find_workspace(), shell)
    _pinned.append(session)
    return session


def end_session(session: CaptureSession) -> None:
    """End a session that `begin_session` began."""
    if session in _pinned:
        _pinned.remove(session)
    session.close()


_pinned: list[CaptureSession] = []
_sessions: dict[tuple[int, Path], CaptureSession] = {}


def _writable(workspace: Workspace) -> Workspace:
    try:
        ready = prepare_workspace(usable(workspace) if workspace.replaced is None else workspace)
    except OSError:
        ready = prepare_workspace(substitute(workspace))
    if ready.replaced is not None:
        say_once(f"into the project's {ready.replaced.name}, which cannot be written, but into {_shown(ready)}")
    return ready


def _shown(workspace: Workspace) -> str:
    return str(workspace.root).replace(f"{Path.home()}/", "~/")
