"""What a snapshot may cost: disk within the quota, and time."""

from __future__ import annotations

import shutil
import stat
import time
from typing import TYPE_CHECKING

from nbops.errors import SnapshotQuota

if TYPE_CHECKING:
    from pathlib import Path

_FREE_SHARE = 0.1
_GB = 1e9


class Allowance:
    """Raises `SnapshotQuota` when a snapshot would cost more than it may."""

    def __init__(self, folder: Path, quota_gb: float, seconds: float | None = None) -> None:
        """Measure what *folder* takes now; the clock starts.

        Args:
            folder: Of the workspace's snapshots.
            quota_gb: What all of them may take together, in gigabytes.
            seconds: What this one may take; None is as long as it needs.
        """
        self._seconds = seconds
        self._start = time.monotonic()
        self._folder = folder
        self._quota = quota_gb * _GB
        self._left: float | None = None

    def spend(self, nbytes: int) -> None:
        """Hold the disk space that this snapshot takes, *nbytes* in all so far, against the quota.

        Raises:
            SnapshotQuota: It is used up, or less than a tenth of the disk would stay free, or time is up.
        """
        if self._left is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            disk = shutil.disk_usage(self._folder)
            used = sum(map(_size, self._folder.glob("*/*")))
            self._left = min(self._quota - used, disk.free - _FREE_SHARE * disk.total)
        if nbytes > self._left:
            raise SnapshotQuota(
                f"the snapshots would take more than the quota of {self._quota / _GB:g} GB, or leave less than a tenth "
                "of the disk free",
            )
        self.wait()

    def wait(self) -> None:
        """Hold the time since the start against the time allowed.

        Raises:
            SnapshotQuota: It is up.
        """
        if self._seconds is not None and time.monotonic() - self._start > self._seconds:
            raise SnapshotQuota(f"the snapshot would take longer than {self._seconds:g} s")


def _size(path: Path) -> int:
    """Return the bytes of a file; one that another process has renamed or removed meanwhile counts nothing."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0
