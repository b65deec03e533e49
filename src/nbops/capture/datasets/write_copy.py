"""Bring stable copies to the disk in a thread that no cell waits for."""

from __future__ import annotations

import atexit
import os
import sys
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbops.capture.datasets.dataset_memory import Ticket
from nbops.capture.datasets.layout import Arrays, Layout, Unstable
from nbops.capture.datasets.marks_of import marks_of
from nbops.capture.datasets.stable_copy import stable_copy
from nbops.capture.datasets.stable_file import write_failure, write_stable
from nbops.errors import NbopsError

_AT_EXIT = 4.0
_NICE = 5


@dataclass(slots=True)
class _Task:
    ticket: Ticket
    path: Path
    layout: Layout | None
    copies: Arrays | None
    nbytes: int


class _Writer:
    """The tasks of one process, and the thread that lives while there are any."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        self.nbytes = 0
        self._tasks: deque[_Task] = deque()
        self._idle = threading.Condition()
        self._busy = False

    def add(self, task: _Task) -> None:
        with self._idle:
            self._tasks.append(task)
            self.nbytes += task.nbytes
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._work, name="nbops-copies", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        with self._idle:
            return self._idle.wait_for(lambda: not self._busy, seconds)

    def _work(self) -> None:
        _yield_to_others()
        while True:
            with self._idle:
                if not self._tasks:
                    self._busy = False
                    self._idle.notify_all()
                    return
                task = self._tasks.popleft()
            nbytes = task.nbytes
            try:
                _write(task)
            finally:
                del task  # the copy is gone before its memory counts as free
                with self._idle:
                    self.nbytes -= nbytes


def write_copy(ticket: Ticket, path: Path, layout: Layout, copies: Arrays | None) -> None:
    """Have a dataset written to *path* soon.

    Args:
        ticket: Its marks say what the memory held; is told where that is lost.
        path: Where the recorder looks for it.
        layout: Where its memory lies, and how to build it of a copy.
        copies: The copy; None has the thread make it, and hold it against the marks: other code runs meanwhile.
    """
    kept = layout if copies is None else replace(layout, parts=())
    _current().add(_Task(ticket, path, kept, copies, layout.nbytes))


def waiting_bytes() -> int:
    """Return the memory that copies take which are not on the disk yet, in bytes."""
    return _current().nbytes


def wait_for_copies(seconds: float) -> bool:
    """Wait at most *seconds*; return whether every copy is on the disk, or has failed."""
    return _current().wait(seconds)


def _write(task: _Task) -> None:
    try:
        write_stable(task.path, _built(task))
    except (Unstable, NbopsError) as error:
        _fail(task, str(error))
    except OSError as error:
        _fail(task, f"its copy could not be written: {error.strerror}")
    except Exception as error:  # noqa: BLE001 # a thread of ours must not speak in the user's notebook
        _fail(task, f"its copy failed: {type(error).__name__}: {error}")


def _built(task: _Task) -> Any:
    """Make the dataset of a copy, and let go of the user's own memory."""
    layout, task.layout = task.layout, None
    assert layout is not None
    copies = task.copies
    if copies is None:
        copies = stable_copy(layout, float("inf"))
        if marks_of([*copies, *layout.fixed], float("inf"), task.ticket.marks) is None:
            raise Unstable("it changed while it was being copied")
    return layout.build(copies)


def _fail(task: _Task, reason: str) -> None:
    task.ticket.failed = True
    with suppress(OSError):  # then the recorder gives up waiting
        write_failure(task.path, reason)


def _yield_to_others() -> None:
    if sys.platform == "linux":  # elsewhere this would be the whole process
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def _current() -> _Writer:
    global _writer  # noqa: PLW0603 # threads and their locks do not survive a fork
    if _writer.pid != os.getpid():
        _writer = _Writer()
    return _writer


_writer = _Writer()
atexit.register(wait_for_copies, _AT_EXIT)  # a notebook that is shut down in good order loses nothing
