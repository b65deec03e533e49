"""Snapshots → the shared store, beside the recorder's other work, so that a slow store holds up no run."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING

from nbops.errors import NbopsError
from nbops.recording.process.interpreter import recorders
from nbops.snapshots.names import log_path
from nbops.snapshots.shared.upload import upload
from nbops.snapshots.shared.waiting_uploads import waiting_uploads

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_ANYWAY, _FIRST_WAIT, _LONGEST_WAIT = 60.0, 1.0, 60.0
_log = logging.getLogger("nbops.recorder")


class Uploads:
    """Uploads what waits, in one thread at a time; ended in the middle, it goes on where it was.

    Attributes:
        reason: Why the last upload failed; empty where it did not.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.reason = ""
        self._thread: threading.Thread | None = None
        self._seen: tuple[int, int] | None = None
        self._next, self._wait = 0.0, _FIRST_WAIT

    @property
    def busy(self) -> bool:
        """Whether an upload is under way."""
        return self._thread is not None and self._thread.is_alive()

    def look(self) -> None:
        """Begin to upload where something new was taken, or where it is time to try again; takes microseconds."""
        if self.busy:
            return
        log = self._log_of_names()
        if log is None or (log == self._seen and time.monotonic() < self._next):
            return
        self._seen, self._next = log, time.monotonic() + _ANYWAY
        self._thread = threading.Thread(target=self._upload, name="nbops-uploads", daemon=True)
        self._thread.start()

    def hurry(self) -> None:
        """Try again at the next look: somebody asks."""
        self._next = 0.0

    def finish(self) -> None:
        """Wait until the upload that is under way has ended."""
        if self._thread is not None:
            self._thread.join()

    def _upload(self) -> None:
        try:
            upload(self.workspace)
        except NbopsError as error:
            self._fail(str(error))
        except Exception as error:  # noqa: BLE001 # the thread's end would be noticed by nobody
            _log.warning("uploading snapshots", exc_info=error)
            self._fail(f"snapshots cannot be uploaded: {error}")
        else:
            self.reason, self._wait = "", _FIRST_WAIT

    def _fail(self, reason: str) -> None:
        if reason != self.reason:
            _log.warning("%s", reason)
        self.reason = reason
        self._next = time.monotonic() + self._wait
        self._wait = min(_LONGEST_WAIT, self._wait * 2)

    def _log_of_names(self) -> tuple[int, int] | None:
        try:
            state = log_path(self.workspace.snapshots).stat()
        except OSError:
            return None
        return state.st_size, state.st_mtime_ns


def uploading(workspace: Workspace) -> tuple[int, str]:
    """Count the snapshots that wait for the shared store, and say what keeps them; nobody is asked."""
    reasons = [reason for reason in recorders(workspace, "uploads") if reason]
    return len(waiting_uploads(workspace)), reasons[0] if reasons else ""
