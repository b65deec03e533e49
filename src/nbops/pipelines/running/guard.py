"""A process that outlives its supervisor by a moment, to take the kernel with it.

It needs nothing but Python, so that it starts within milliseconds (`python -I -S guard.py KERNEL START MARK`), holds
a pipe whose other end only the supervisor has, and acts when that end is closed: by the system, should the supervisor
be killed. The kernel itself cannot be trusted to notice: native code may keep it busy, and its children would stay.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

_STARTED, _PARENT, _SESSION, _STATE = 19, 1, 3, 0
_ROUNDS, _DONE = 50, b"done"
_ended: list[subprocess.Popen[bytes]] = []
_RECORDER = b"nbops.recording.recorder"  # outlives the kernel that may have started it


def start_guard(pid: int, started: int, mark: str) -> subprocess.Popen[bytes]:
    """Begin to guard a kernel.

    Args:
        pid: Of the kernel.
        started: Its start time in the system's own unit; 0 where unknown.
        mark: What stands in the environment that the kernel was given, and in no other, as `NAME=value`.
    """
    _ended[:] = [guard for guard in _ended if guard.poll() is None]  # leaves no zombies
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(pid), str(started), mark],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end_guard(guard: subprocess.Popen[bytes]) -> None:
    """Let the guard go, which takes it a moment that nobody has to wait for: the supervisor has seen to the kernel."""
    assert guard.stdin is not None
    with contextlib.suppress(OSError):
        guard.stdin.write(_DONE)
    with contextlib.suppress(OSError):
        guard.stdin.close()
    if guard.poll() is None:
        _ended.append(guard)


def _processes() -> dict[int, list[str]]:
    """Return what the system says of each process: state, parent, group, session, …; empty where it says nothing."""
    found = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208 # pathlib alone takes longer to load than all of this
            if name.isdigit():
                with contextlib.suppress(OSError, IndexError), open(f"/proc/{name}/stat", encoding="latin1") as file:  # noqa: PTH123
                    found[int(name)] = file.read().rpartition(")")[2].split()
    return found


def _members(root: int, started: int, mark: bytes, known: dict[int, int]) -> dict[int, int]:
    """Return pid → start time of the living ones in the session of *root*, below it, with the *mark*, or *known*."""
    table = _processes()
    ours = {root} if root in table and int(table[root][_STARTED]) == started else set()
    if ours or root not in table:  # else the pid, and the session of that number, are another's by now
        ours |= {
            pid for pid, told in table.items() if int(told[_SESSION]) == root and int(told[_STARTED]) >= started > 0
        }
    ours |= {pid for pid in table if mark in _content(pid, "environ").split(b"\0")}
    grown = -1
    while grown != len(ours):
        grown = len(ours)
        ours |= {
            pid
            for pid, told in table.items()
            if int(told[_PARENT]) in ours and _RECORDER not in _content(pid, "cmdline")
        }
    ours |= {pid for pid, begun in known.items() if pid in table and int(table[pid][_STARTED]) == begun}
    ours -= {os.getpid(), os.getppid()}
    return {pid: int(table[pid][_STARTED]) for pid in ours if table[pid][_STATE] != "Z"}


def _content(pid: int, name: str) -> bytes:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return b""


def _kill(root: int, started: int, mark: bytes) -> None:
    if not _processes():  # a system that tells nothing of processes: the kernel leads its group
        with contextlib.suppress(OSError):
            os.killpg(root, signal.SIGKILL)
        return
    known: dict[int, int] = {}
    for _ in range(_ROUNDS):
        left = _members(root, started, mark, known)
        if not left:
            return
        known |= left
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _guard(root: int, started: int, mark: str) -> None:
    told = b""
    while chunk := os.read(0, 16):
        told += chunk
    if told != _DONE:
        _kill(root, started, mark.encode())


if __name__ == "__main__":
    _guard(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
