"""Many may read and add at once; only one may remove, and only when nobody else is there."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FILE, _TURN = "lock", "upload.lock"


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Keep the chunks in *folder* from being removed meanwhile.

    Where the file system knows no locks, or the folder cannot be written, nothing can be removed either.
    """
    descriptor = _open(folder)
    try:
        _lock(descriptor, alone=False)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep everybody else out of *folder*.

    Raises:
        SnapshotError: Somebody is in it, or the file system knows no locks.
    """
    descriptor = _open(folder)
    try:
        if not _lock(descriptor, alone=True):
            raise SnapshotError(f"{folder} is in use, or lies on a file system without locks")
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Wait until no other process uploads from *folder*, so that nothing is sent twice.

    Where the file system knows no locks it is, which costs time and nothing else.
    """
    descriptor = _open(folder, _TURN)
    try:
        _lock(descriptor, alone=True, waiting=True)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _open(folder: Path, name: str = _FILE) -> int | None:
    try:
        return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return None


def _lock(descriptor: int | None, *, alone: bool, waiting: bool = False) -> bool:
    try:
        import fcntl
    except ImportError:
        return False
    if descriptor is None:
        return False
    how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    if alone and not waiting:
        how |= fcntl.LOCK_NB
    try:
        fcntl.flock(descriptor, how)
    except OSError:
        return False
    return True
