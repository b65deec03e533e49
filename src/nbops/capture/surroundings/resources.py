"""Processor time and memory that a cell takes. Short cells pay two readings; a thread samples only longer ones."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import Any

_PATIENCE, _PERIOD = 1.0, 0.25
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_STATUS, _STATM = "/proc/self/status", "/proc/self/statm"


class ResourceListener:
    """Measures one cell.

    The kernel's own high-water mark tells the peak exactly where the cell raised it. Where an earlier cell needed more,
    the mark cannot be reset without disturbing whoever else reads it; the peak is then the highest of what was resident
    before, after, and each quarter of a second of a cell that takes longer than one second.
    """

    def __init__(self) -> None:
        self._cpu = self._mark = self._seen = 0.0
        self._done = threading.Event()

    def begin(self) -> None:
        """Measure from now on."""
        self._mark, self._seen = _high_water(), _resident()
        self._done.clear()
        _sampler.serve(self)
        self._cpu = _cpu_seconds()

    def end(self) -> dict[str, Any]:
        """Return `cpu_seconds` (children that have ended included) and `peak_bytes`, as far as the system tells."""
        cpu = _cpu_seconds() - self._cpu
        self._done.set()
        mark = _high_water()
        peak = mark if mark > self._mark else max(self._seen, _resident())
        return {"cpu_seconds": round(max(0.0, cpu), 3)} | ({"peak_bytes": int(peak)} if peak else {})

    def sample(self) -> None:
        """Look now and then until the end; runs in a thread of ours."""
        if self._done.wait(_PATIENCE):
            return
        while not self._done.wait(_PERIOD):
            self._seen = max(self._seen, _resident())


class _Sampler:
    """One thread a process, parked between cells: to start one for each would cost more than the cell's record."""

    def __init__(self) -> None:
        self._pid = 0
        self._wanted = threading.Semaphore(0)
        self._next: ResourceListener | None = None

    def serve(self, listener: ResourceListener) -> None:
        self._next = listener
        if self._pid != os.getpid():  # threads do not survive a fork
            self._pid, self._wanted = os.getpid(), threading.Semaphore(0)
            threading.Thread(target=self._run, args=(self._wanted,), name="nbops-memory", daemon=True).start()
        self._wanted.release()

    def _run(self, wanted: threading.Semaphore) -> None:
        while wanted.acquire():
            listener, self._next = self._next, None
            if listener is not None:
                listener.sample()
            del listener


_sampler = _Sampler()


def _cpu_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _high_water() -> float:
    """Return the most memory that this process ever had resident, in bytes; 0 where nobody tells."""
    if sys.platform == "linux":
        try:
            return float(_read(_STATUS).split(b"VmHWM:", 1)[1].split(None, 1)[0]) * 1024
        except (OSError, IndexError, ValueError):
            return 0.0
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most if sys.platform == "darwin" else most * 1024)


def _resident() -> float:
    try:
        return float(_read(_STATM).split()[1]) * _PAGE
    except (OSError, IndexError, ValueError):
        return 0.0


def _read(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY)  # four readings a cell: a file object takes twice as long
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
