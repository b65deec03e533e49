"""Disk space held back for the journals of a workspace: when the disk is full, records still find room."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_FILE, _BYTES = ".reserve", 1 << 20


def reserve_space(folder: Path) -> bool:
    """Hold back a megabyte in *folder* (the workspace), unless it is held already; say whether it is.

    Blocks are allocated, not only a length: ext4, xfs and tmpfs do that at once, others are made to by writing.
    Nothing is held back where that would take most of what is left.
    """
    path = folder / _FILE
    if path.exists():
        return True
    try:
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize < 4 * _BYTES:
            return False
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        return True
    except OSError:
        return False
    try:
        _allocate(descriptor)
    except OSError:
        with suppress(OSError):
            path.unlink()
        return False
    finally:
        os.close(descriptor)
    return True


def release_space(folder: Path) -> bool:
    """Give back what `reserve_space` held; return whether there was anything."""
    try:
        (folder / _FILE).unlink()
    except OSError:
        return False
    return True


def _allocate(descriptor: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, _BYTES)
    else:  # macOS
        os.write(descriptor, b"\0" * _BYTES)
