"""A process that outlives its supervisor by a moment, to take the kernel with it.

It needs nothing but Python, so that it starts within milliseconds (`python -I -S guard.py KERNEL START`), holds a pipe
whose other end only the supervisor has, and acts when that end is closed: by the system, should the supervisor be
killed. The kernel itself cannot be trusted to notice: native code may keep it busy, and its children would stay.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

_STARTED, _PARENT, _SESSION, _STATE = 19, 1, 3, 0
_ROUNDS, _DONE = 50, b"done"


def start_guard(pid: int, started: int) -> subprocess.Popen[bytes]:
    """Begin to guard the kernel *pid*, whose start time in the system's own unit is *started* (0 where unknown)."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, str(pid), str(started)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def end_guard(guard: subprocess.Popen[bytes]) -> None:
    """Let the guard go: the supervisor has seen to the kernel itself."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        guard.communicate(_DONE, timeout=1.0)
    if guard.poll() is None:
        guard.kill()
        guard.wait()


def _processes() -> dict[int, list[str]]:
    """Return what the system says of each process: state, parent, group, session, …; empty where it says nothing."""
    found = {}
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc"):  # noqa: PTH208 # pathlib alone takes longer to load than all of this
            if name.isdigit():
                with contextlib.suppress(OSError, IndexError), open(f"/proc/{name}/stat", encoding="latin1") as file:  # noqa: PTH123
                    found[int(name)] = file.read().rpartition(")")[2].split()
    return found


def _members(root: int, started: int, known: dict[int, int]) -> dict[int, int]:
    """Return pid → start time of the living ones among the session of *root*, its descendants, and those *known*."""
    table = _processes()
    ours = {root} if root in table and int(table[root][_STARTED]) == started else set()
    ours |= {pid for pid, told in table.items() if int(told[_SESSION]) == root}
    grown = -1
    while grown != len(ours):
        grown = len(ours)
        ours |= {pid for pid, told in table.items() if int(told[_PARENT]) in ours and not _is_recorder(pid)}
    ours |= {pid for pid, begun in known.items() if pid in table and int(table[pid][_STARTED]) == begun}
    ours -= {os.getpid(), os.getppid()}
    return {pid: int(table[pid][_STARTED]) for pid in ours if table[pid][_STATE] != "Z"}


def _is_recorder(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123
            return b"nbops.recording.recorder" in file.read()
    except OSError:
        return False


def _kill(root: int, started: int) -> None:
    if not _processes():  # a system that tells nothing of processes: the kernel leads its group
        with contextlib.suppress(OSError):
            os.killpg(root, signal.SIGKILL)
        return
    known: dict[int, int] = {}
    for _ in range(_ROUNDS):
        left = _members(root, started, known)
        if not left:
            return
        known |= left
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _guard(root: int, started: int) -> None:
    told = b""
    while chunk := os.read(0, 16):
        told += chunk
    if told != _DONE:
        _kill(root, started)


if __name__ == "__main__":
    _guard(int(sys.argv[1]), int(sys.argv[2]))
