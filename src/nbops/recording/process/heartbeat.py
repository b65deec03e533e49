"""How a recorder shows that it lives, and who shows it no longer."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.workspace import Workspace

_BEAT, _SILENT = 3.0, 30.0


class Heartbeat:
    """Touches what a recorder says of itself every few seconds, also while a large model is on its way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, until the process ends; once it has begun this changes nothing. Only who holds the lock may."""
        if self._thread is None:
            self._beat()
            self._thread = threading.Thread(target=self._go_on, name="nbops-heartbeat", daemon=True)
            self._thread.start()

    def _go_on(self) -> None:
        while True:
            time.sleep(_BEAT)
            self._beat()

    def _beat(self) -> None:
        with suppress(OSError):  # not there yet, moved or deleted
            now = time.time()  # this host's clock, by which it is judged; a file server's may differ
            os.utime(self._path, (now, now))


def silent_since(path: Path) -> tuple[int, float]:
    """Return the pid of the recorder that *path* (its `json`) tells of and for how many seconds it has been silent.

    `(0, 0.0)` where it answers, belongs to another host, whose clock is another, or has not said anything yet.
    """
    try:
        told, age = json.loads(path.read_bytes()), time.time() - path.stat().st_mtime
    except (OSError, ValueError):
        return 0, 0.0
    if not isinstance(told, dict) or told.get("host") != socket.gethostname() or age < _SILENT:
        return 0, 0.0
    return int(told.get("pid") or 0), age


def root_of(workspace: Workspace) -> tuple[int, int]:
    """Return which folder a workspace is, whatever its name; `(0, 0)` where there is none."""
    try:
        state = workspace.root.stat()
    except OSError:
        return 0, 0
    return state.st_dev, state.st_ino
