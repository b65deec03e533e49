"""How much memory this process may still take."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_UNKNOWN = 2 << 30


def free_memory() -> int:
    """Return the bytes that are free, of the machine and of the container that holds this process, whichever is less.

    Where neither tells (macOS, Windows), two gigabytes are assumed.
    """
    found = [one for one in (_of_machine(), *_of_containers()) if one is not None]
    return max(0, min(found, default=_UNKNOWN))


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text().splitlines()
        return 1024 * int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:")))
    return None


def _of_containers() -> list[int]:
    """Return what is left in every control group that holds this process (of version 2 or 1)."""
    found = []
    root = Path("/sys/fs/cgroup")
    own = ""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/cgroup").read_text().splitlines()
        own = next(line[3:].strip("/") for line in lines if line.startswith("0::"))
    steps = [root]
    for step in own.split("/"):
        steps.append(steps[-1] / step)
    for folder in dict.fromkeys(steps):
        with suppress(OSError, ValueError):  # "max" is no number
            limit, used = (int((folder / name).read_text()) for name in ("memory.max", "memory.current"))
            found.append(limit - used + _reclaimable(folder))
    with suppress(OSError, ValueError):
        old = root / "memory"
        found.append(
            int((old / "memory.limit_in_bytes").read_text()) - int((old / "memory.usage_in_bytes").read_text())
        )
    return found


def _reclaimable(folder: Path) -> int:
    """Return the bytes of cached files, which the system gives back when somebody needs them."""
    with suppress(OSError, ValueError, StopIteration):
        lines = (folder / "memory.stat").read_text().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("inactive_file ")))
    return 0
