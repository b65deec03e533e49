"""A process that outlives its supervisor by a moment, to take the kernels with it.

It needs nothing but Python, so that it starts within milliseconds (`python -I -S guard.py`), holds a pipe whose other
end only the supervisor has, and acts when that end is closed: by the system, should the supervisor be killed. A kernel
itself cannot be trusted to notice: native code may keep it busy, and its children would stay.

One guard serves all runs of a process, one after the other or at once. It is told of each kernel in a line of JSON,
`[number, pid, start, mark]`, and of its end in another, `[number]`; it answers a kernel with one byte, so that a guard
that was about to leave is not taken for one that stays. After a minute without a kernel it leaves.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import sys

_STARTED, _PARENT, _SESSION, _STATE = 19, 1, 3, 0
_ROUNDS, _IDLE, _CHUNK = 50, 60.0, 1 << 16
# The recorder outlives the kernel that may have started it, and the guard of a run inside this one has to kill first
# what it guards: it leaves by itself, once its supervisor is gone.
_SPARED = (b"nbops.recording.recorder", os.path.join("running", "guard.py").encode())  # noqa: PTH118 # pathlib is slow to load
_STAYED = b"+"


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
    """Return pid → start time of the living ones in the session of *root*, below it, with the *mark*, or *known*.

    A session has no name but its leader's pid, which may be another's soon after that one has ended: without its leader
    it counts only when that one was just killed here.
    """
    table = _processes()
    ours = {root} if root in table and int(table[root][_STARTED]) == started else set()
    if ours or (root in known and root not in table):
        ours |= {
            pid for pid, told in table.items() if int(told[_SESSION]) == root and int(told[_STARTED]) >= started > 0
        }
    if mark.partition(b"=")[2]:  # an empty one stands in every environment
        ours |= {pid for pid in table if mark in _content(pid, "environ").split(b"\0")}
    ours = {pid for pid in ours if not _is_spared(pid)}
    grown = -1
    while grown != len(ours):
        grown = len(ours)
        ours |= {pid for pid, told in table.items() if int(told[_PARENT]) in ours and not _is_spared(pid)}
    ours |= {pid for pid, begun in known.items() if pid in table and int(table[pid][_STARTED]) == begun}
    ours -= {os.getpid(), os.getppid()}
    return {pid: int(table[pid][_STARTED]) for pid in ours if table[pid][_STATE] != "Z"}


def _is_spared(pid: int) -> bool:
    told = _content(pid, "cmdline")
    return any(one in told for one in _SPARED)


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


def speaks(descriptor: int, seconds: float) -> bool:
    """Wait for something to read, or the end of it, at most so long; Windows cannot wait for a pipe, and reads."""
    return sys.platform == "win32" or bool(select.select([descriptor], [], [], seconds)[0])


def _guard() -> None:
    kernels: dict[int, tuple[int, int, str]] = {}
    told = b""
    while kernels or speaks(0, _IDLE):
        chunk = os.read(0, _CHUNK)
        if not chunk:
            break
        *lines, told = (told + chunk).split(b"\n")
        for line in lines:
            number, *kernel = json.loads(line)
            if not kernel:
                kernels.pop(number, None)
                continue
            kernels[number] = (kernel[0], kernel[1], kernel[2])
            with contextlib.suppress(OSError):  # a supervisor that is gone closes the other pipe too
                os.write(1, _STAYED)
    for pid, started, mark in kernels.values():
        _kill(pid, started, os.fsencode(mark))


if __name__ == "__main__":
    _guard()
