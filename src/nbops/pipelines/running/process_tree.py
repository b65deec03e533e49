"""A kernel and everything that it has started. The only file of this room that imports psutil."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.processes import Owner, is_alive, process_named

if TYPE_CHECKING:
    import psutil

_ROUNDS, _PAUSE = 20, 0.2
_AROUND = 5.0  # seconds that a member of a session may have begun after its leader was last known to live
# The recorder outlives the kernel that may have started it, and the guard of a run inside this one has to kill first
# what it guards: it leaves by itself, once its supervisor is gone.
_RECORDER, _GUARD = "nbops.recording.recorder", str(Path("running", "guard.py"))


class ProcessTree:
    """The processes below *root*, and those that were seen there before: who has lost his parent is still ours.

    Members are the kernel's session, its descendants and theirs (on Linux also daemons: the kernel adopts who loses his
    parent), and whoever carries the run's mark in his environment (looked for when all are to be killed: elsewhere a
    daemon has neither session nor parent in common with who started it).
    Nobody is signalled whose pid has been given to another process meanwhile. A session has no name but its leader's
    pid: once that one is gone, the session is another's as soon as the pid has been given anew, so that only members
    count that began after the kernel did and before, or right after, it was last known to live.

    Args:
        root: The kernel; None where it is not known (yet).
        mark: What stands in the environment that the kernel was given, and in no other, as `NAME=value`.
        met: When the kernel was last known to live, in seconds since the epoch; default: now.
    """

    def __init__(self, root: Owner | None, mark: str = "", met: float | None = None) -> None:
        self.root = root
        self._mark = mark
        self._met = time.time() if met is None else met
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
            self._seen.update(process for process in _marked(self._mark) if not _is_spared(process))
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
        root = self.root if self.root is not None and _is_certain(self.root) else None
        leader = root.pid if root is not None else 0
        if root is not None and is_alive(root):
            self._met = time.time()
            with suppress(psutil.Error):
                top = psutil.Process(root.pid)
                found += [top, *top.children(recursive=True)]
        if root is not None:
            found += _session(root, self._met)
        self._seen.update(process for process in found if process not in self._seen and not _is_spared(process))
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


def _is_certain(root: Owner) -> bool:
    """Say whether *root* can be told from a later process with its pid: where Linux tells no start, it was gone."""
    return root.started > 0 or sys.platform != "linux"


def _session(root: Owner, met: float) -> list[Any]:
    """Return the processes of the session that *root* began; it keeps its number as long as it has members.

    None where the pid is another's by now. Of one without a leader, those that may have begun while *root* lived.
    """
    import psutil

    if is_alive(root) is None or process_named(root.pid).started not in {0, root.started}:
        return []
    if root.boot != process_named(root.pid).boot:
        return []
    found = []
    for pid in psutil.pids():
        with suppress(OSError, psutil.Error):
            if os.getsid(pid) != root.pid or pid == os.getpid():
                continue
            process = psutil.Process(pid)
            if process_named(pid).started >= root.started and process.create_time() <= met + _AROUND:
                found.append(process)
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


def _is_spared(process: psutil.Process) -> bool:
    import psutil

    try:
        told = process.cmdline()
        return _RECORDER in told or any(word.endswith(_GUARD) for word in told)
    except psutil.Error:
        return False
