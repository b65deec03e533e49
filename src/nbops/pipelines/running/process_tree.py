"""A kernel and everything that it has started. The only file of this room that imports psutil."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nbops.processes import Owner, is_alive

if TYPE_CHECKING:
    import psutil

_ROUNDS, _PAUSE = 20, 0.2
_RECORDER = "nbops.recording.recorder"  # outlives the kernel that may have started it


class ProcessTree:
    """The processes below *root*, and those that were seen there before: who has lost his parent is still ours.

    Members are the kernel's session, its descendants and theirs, and whoever carries the run's mark in his environment
    (looked for when all are to be killed: a daemon has neither session nor parent in common with who started it).
    Nobody is signalled whose pid has been given to another process meanwhile.

    Args:
        root: The kernel; None where it is not known (yet).
        mark: What stands in the environment that the kernel was given, and in no other, as `NAME=value`.
    """

    def __init__(self, root: Owner | None, mark: str = "") -> None:
        self.root = root
        self._mark = mark
        self._seen: set[psutil.Process] = set()

    def interrupt(self) -> None:
        """Send what Ctrl-C sends, as Jupyter does: to the kernel's group, where it leads one."""
        if self.root is None or not is_alive(self.root):
            return
        with suppress(OSError):
            pid = self.root.pid
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGINT)
            else:
                os.kill(pid, signal.SIGINT)

    def kill(self) -> None:
        """Kill all, also what they start while they are being killed."""
        import psutil

        for _ in range(_ROUNDS):
            self._seen.update(_marked(self._mark))
            left = self.members()
            if not left:
                return
            for process in left:
                with suppress(psutil.Error):
                    process.kill()
            psutil.wait_procs(left, timeout=_PAUSE)

    def resident(self, limit: int) -> int:
        """Return the memory that all of them hold together, in bytes.

        Pages that they share, as after a fork, count in each of them. Only where that sum exceeds *limit* is every
        page counted once, which takes the system a while.
        """
        import psutil

        members = self.members()
        total = 0
        for process in members:
            with suppress(psutil.Error):
                total += process.memory_info().rss
        return total if total <= limit else self._proportional(members)

    def members(self) -> list[Any]:
        """Return the living processes (psutil's), the kernel first."""
        import psutil

        found: list[psutil.Process] = []
        with suppress(psutil.Error):
            if self.root is not None and is_alive(self.root):
                top = psutil.Process(self.root.pid)
                found += [top, *top.children(recursive=True)]
        leader = self.root.pid if self.root is not None else 0
        found += _session(leader) if leader else []
        self._seen.update(process for process in found if process not in self._seen and not _is_recorder(process))
        self._seen = {process for process in self._seen if _lives(process)}
        return sorted(self._seen, key=lambda process: process.pid != leader)

    @staticmethod
    def _proportional(members: list[Any]) -> int:
        import psutil

        total = 0
        for process in members:
            try:
                told = process.memory_full_info()
                total += getattr(told, "pss", 0) or told.rss
            except psutil.Error:
                continue
        return total


def _session(leader: int) -> list[Any]:
    """Return the processes of the session that *leader* began; it keeps its number as long as it has members."""
    import psutil

    found = []
    for pid in psutil.pids():
        with suppress(OSError, psutil.Error):
            if os.getsid(pid) == leader and pid != os.getpid():
                found.append(psutil.Process(pid))
    return found


def _marked(mark: str) -> list[Any]:
    """Return the processes that have *mark* in their environment, as far as they may be looked at."""
    import psutil

    name, _, value = mark.partition("=")
    found = []
    for pid in psutil.pids() if value else ():
        with suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.environ().get(name) == value and pid != os.getpid():
                found.append(process)
    return found


def _lives(process: psutil.Process) -> bool:
    import psutil

    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _is_recorder(process: psutil.Process) -> bool:
    import psutil

    try:
        return _RECORDER in process.cmdline()
    except psutil.Error:
        return False
