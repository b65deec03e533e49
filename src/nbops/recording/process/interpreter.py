"""One recorder for each workspace and interpreter: who has it, and what it says."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
import time
from pathlib import Path

from nbops.recording.process.heartbeat import silent_since
from nbops.workspace import Workspace

_LOCK_WAIT = 0.02
UNANSWERING = "the recorder does not answer (pid {pid})"


def recorder_file(workspace: Workspace, tail: str, python: str | None = None) -> Path:
    """Return where an interpreter's recorder (this one's by default) has its `lock`, or (`json`) what it waits for."""
    key = hashlib.sha256(_plain(python or sys.executable).encode()).hexdigest()[:8]
    return workspace.root / f"recorder-{key}.{tail}"


def same_interpreter(python: str) -> bool:
    """Say whether *python* is the interpreter that runs this."""
    return _plain(python) == _plain(sys.executable)


def take_lock(workspace: Workspace, python: str | None = None, *, tries: int = 10) -> int | None:
    """Return the held lock of an interpreter's recorder (this one's by default), or None where another has it.

    Who only looks holds it for microseconds, so that it is worth some *tries*.
    """
    lock = os.open(recorder_file(workspace, "lock", python), os.O_RDWR | os.O_CREAT, 0o666)
    for _ in range(tries):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_LOCK_WAIT)
        except OSError:  # a file system without locks; the notes keep runs from being written twice in sequence
            return lock
        else:
            return lock
    os.close(lock)
    return None


def is_recording(workspace: Workspace, python: str | None = None) -> bool:
    """Say whether a recorder holds the lock for an interpreter; this one by default. Takes microseconds."""
    return _is_held(recorder_file(workspace, "lock", python))


def recorders(workspace: Workspace, work: str = "waiting") -> list[str]:
    """Return what each recorder of *workspace* waits for; empty text for one that works.

    One that was stopped, so that it shows no life, waits for somebody to end it.

    Args:
        workspace: Whose recorders.
        work: Of which work: `waiting` is writing runs to MLflow, `uploads` bringing snapshots to the shared store.
    """
    paths = sorted(workspace.root.glob("recorder-*.lock"))
    return [_reason(path.with_suffix(".json"), work) for path in paths if _is_held(path)]


def unanswering(workspace: Workspace) -> list[int]:
    """Return the pids of this host's recorders that hold their lock and have shown no life for half a minute."""
    paths = sorted(workspace.root.glob("recorder-*.lock"))
    found = [silent_since(path.with_suffix(".json"))[0] for path in paths if _is_held(path)]
    return [pid for pid in found if pid]


def _reason(path: Path, work: str) -> str:
    pid, _ = silent_since(path)
    if pid:
        return UNANSWERING.format(pid=pid)
    try:
        return str(json.loads(path.read_bytes()).get(work, ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _is_held(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return False
    finally:
        os.close(descriptor)
    return False


def _plain(python: str) -> str:
    # The interpreters of two virtual environments are links to one file, and one environment has several such links
    # (`python`, `python3`): the folder and what the link leads to, together, tell environments apart.
    path = Path(python).absolute()
    return f"{os.path.normpath(path.parent)}|{path.resolve()}"
