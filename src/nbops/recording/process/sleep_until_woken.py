"""A recorder's sleep, from which a touch of its lock wakes it."""

from __future__ import annotations

import time
from pathlib import Path

from nbops.recording.process.interpreter import recorder_file
from nbops.workspace import Workspace


def sleep_until_woken(workspace: Workspace, wait: float, glance: float) -> bool:
    """Sleep *wait* seconds, less where somebody wakes us; return whether somebody did, seen after *glance* seconds."""
    lock = recorder_file(workspace, "lock")
    touched, end = _touched(lock), time.monotonic() + wait
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(glance, left))
        if _touched(lock) != touched:
            return True
    return False


def _touched(lock: Path) -> int:
    try:
        return lock.stat().st_mtime_ns
    except OSError:  # somebody deletes the workspace
        return 0
