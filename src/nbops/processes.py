"""Tell whether the process that wrote a record still lives, also on a shared file system."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Owner:
    """A process, named so that a recycled pid or a rebooted host is never mistaken for it.

    Attributes:
        host: Name of the machine.
        boot: Identity of the machine's current boot; empty where the system tells none.
        pid: Process id.
        started: Start time of the process in the system's own unit; 0 where unknown.
    """

    host: str
    boot: str
    pid: int
    started: int

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def this_process() -> Owner:
    """Name the current process (also right after a fork)."""
    return process_named(os.getpid())


def process_named(pid: int) -> Owner:
    """Name the process *pid* of this host."""
    return Owner(host=socket.gethostname(), boot=_boot_id(), pid=pid, started=_started(pid))


def is_alive(owner: Owner) -> bool | None:
    """Say whether *owner* runs: True, False, or None when it lives on another host and cannot be asked."""
    if owner.host != socket.gethostname():
        return None
    if owner.boot and owner.boot != _boot_id():
        return False
    if not _exists(owner.pid):
        return False
    return not owner.started or not _started(owner.pid) or owner.started == _started(owner.pid)


@lru_cache(maxsize=1)
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _started(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    fields = text.rpartition(")")[2].split()
    return 0 if fields[0] == "Z" else int(fields[19])


def _exists(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    if sys.platform == "linux" and stat.parent.parent.is_dir():
        try:
            return stat.read_text().rpartition(")")[2].split()[0] != "Z"
        except OSError:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
