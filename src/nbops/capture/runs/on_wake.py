"""Wake whoever records journals, in a thread that no cell waits for."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_wakers: list[Callable[[Workspace], Any]] = []
_waiting: SimpleQueue[Workspace] = SimpleQueue()
_pid = 0


def on_wake(callback: Callable[[Workspace], Any]) -> None:
    """Call *callback* with the workspace after each run that closes, from a thread of our own."""
    if callback not in _wakers:
        _wakers.append(callback)


def wake_recorder(workspace: Workspace) -> None:
    """Have every callback called soon, at the latest when the process exits."""
    global _pid, _waiting  # threads do not survive a fork
    if not _wakers:
        return
    if _pid != os.getpid():
        if not _pid:
            atexit.register(_wake_all)
        _pid, _waiting = os.getpid(), SimpleQueue()
        _waiting.put(workspace)
        threading.Thread(target=_wake_for_ever, name="nbops-wake", daemon=True).start()
    else:
        _waiting.put(workspace)


def _wake_for_ever() -> None:
    while True:
        _wake(_waiting.get())


def _wake_all() -> None:
    while _pid == os.getpid():  # a forked child has nothing to tell but its own
        try:
            _wake(_waiting.get_nowait())
        except Empty:
            return


def _wake(workspace: Workspace) -> None:
    for waker in _wakers:
        with unharmed("anything in MLflow yet, because the recorder does not start"):
            waker(workspace)
