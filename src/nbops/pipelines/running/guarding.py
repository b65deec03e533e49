"""Have kernels guarded, all of them by one process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress

from nbops.pipelines.running import guard

_ANSWER = 5.0
_lock = threading.Lock()
_kernels: dict[int, list[int | str]] = {}
_ended: list[subprocess.Popen[bytes]] = []
_guard: subprocess.Popen[bytes] | None = None
_owed = 0  # answers that nobody has read yet
_last = 0


def start_guard(pid: int, started: int, mark: str) -> int:
    """Begin to guard a kernel, and return the number to end that with.

    Args:
        pid: Of the kernel.
        started: Its start time in the system's own unit; 0 where unknown.
        mark: What stands in the environment that the kernel was given, and in no other, as `NAME=value`.

    Raises:
        OSError: No process can be started.
        ValueError: The mark is none, so that it could be anybody's.
    """
    global _last  # noqa: PLW0603 # one guard in a process
    if not mark.partition("=")[2]:
        raise ValueError(f"{mark!r} marks nobody")
    with _lock:
        _last += 1
        _kernels[_last] = [_last, pid, started, mark]
        if not _is_taken_on(_last):
            _start()
        return _last


def end_guard(number: int) -> None:
    """Let a kernel go: the supervisor has seen to it."""
    with _lock, suppress(OSError):
        _kernels.pop(number, None)
        if _guard is not None:
            _tell([number])


def _is_taken_on(number: int) -> bool:
    """Say whether the guard that is there already has answered."""
    global _owed  # noqa: PLW0603
    if _guard is None or _guard.stdout is None:
        return False
    try:
        _tell(_kernels[number])
        _owed += 1
        while _owed:
            if not guard.speaks(_guard.stdout.fileno(), _ANSWER):
                return False
            answered = os.read(_guard.stdout.fileno(), _owed)
            if not answered:
                return False
            _owed -= len(answered)
    except OSError:
        return False
    return True


def _start() -> None:
    global _guard, _owed  # noqa: PLW0603
    if _guard is not None:
        _guard.kill()  # one that was stopped must not act when its pipe is closed
        _close(_guard)
        _ended.append(_guard)
    _ended[:] = [one for one in _ended if one.poll() is None]  # leaves no zombies
    _guard = None
    _guard = subprocess.Popen(
        [sys.executable, "-I", "-S", guard.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    for told in _kernels.values():  # they wait in the pipe until it has started
        _tell(told)
    _owed = len(_kernels)


def _tell(told: list[int | str]) -> None:
    assert _guard is not None
    assert _guard.stdin is not None
    os.write(_guard.stdin.fileno(), json.dumps(told).encode() + b"\n")


def _close(process: subprocess.Popen[bytes]) -> None:
    for end in (process.stdin, process.stdout):
        if end is not None:
            with suppress(OSError):
                end.close()


def _forget() -> None:
    """In a forked child: the guard is its parent's, and has to notice when that one ends."""
    global _guard, _lock  # noqa: PLW0603
    _lock = threading.Lock()
    if _guard is not None:
        _close(_guard)
        _guard.returncode = 0  # it is no child of this process
        _guard = None
    _kernels.clear()
    _ended.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
