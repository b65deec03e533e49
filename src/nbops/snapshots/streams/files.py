"""Files and folders as they lie on the disk → columns, one for each path, read a piece at a time.

What is kept of a file: its path inside the folder, its bytes, and whether it may be executed; neither owner nor times,
so that a copy has the id of the original. A link that stays inside the folder is kept as a link. One that leads out of
it is refused, because neither following it (terabytes behind a mount) nor leaving it out would be what was meant.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.manifest import FILE, FOLDER
from nbops.snapshots.streams.datasets import Column, Dataset, naming
from nbops.snapshots.streams.stream import Encoded, Stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SEGMENT = 16 << 20
"""Bytes of a file that are in memory at once. A change renews the hashes from there on, the chunks only around it."""
_WORKSPACE = ".nbops"
# A link or a pipe that took the file's place meanwhile is neither followed nor waited for.
_READING = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_SPECIAL = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStream(Stream):
    """Some bytes of a file, read when they are asked for."""

    path: str
    offset: int
    length: int

    @property
    def nbytes(self) -> int:
        """Length in bytes."""
        return self.length

    @property
    def scattered(self) -> bool:
        """Files lie side by side."""
        return False

    def read(self) -> Iterator[NDArray[Any]]:
        """Yield all bytes as one piece.

        Raises:
            SnapshotError: The file cannot be read, or has become shorter.
        """
        yield self.gather()

    def gather(self) -> NDArray[Any]:
        """Return the bytes.

        Raises:
            SnapshotError: The file cannot be read, or has become shorter.
        """
        import numpy as np

        content = np.empty(self.length, "u1")
        try:
            with os.fdopen(os.open(self.path, _READING), "rb", buffering=0) as file:
                file.seek(self.offset)
                filled = 0
                while filled < self.length and (got := file.readinto(content[filled:].data)):
                    filled += got
        except OSError as error:
            raise SnapshotError(f"it cannot be read: {error.strerror}") from error
        if filled < self.length:
            raise SnapshotError("it changed while it was being stored")
        return content


def take_files(path: Path) -> Dataset:
    """Look at a file, or at all there is in a folder. Nothing is read yet.

    Folders called `.nbops`, which are workspaces, are left out.

    Raises:
        SnapshotError: It is not there, or something in it cannot be stored; the sentence names it.
    """
    root = os.path.realpath(path)
    try:
        seen = Path(root).stat()
        mode = seen.st_mode
        if stat.S_ISDIR(mode):
            entries = sorted(_walk(root, "", root), key=lambda column: os.fsencode(column.name))
            return Dataset(FOLDER, sum(column.what == FILE for column in entries), entries)
        if stat.S_ISREG(mode):
            return Dataset(FILE, 1, [_file(root, path.absolute().name, seen)])
    except OSError as error:
        raise SnapshotError(f"{path} cannot be stored: {error.strerror}") from error
    raise SnapshotError(f"{path} is {_special(mode)} and cannot be stored")


def _walk(folder: str, inside: str, root: str) -> Iterator[Column]:
    """Yield what is in *folder*, which is called *inside* within *root*; a folder of its own only where it is empty."""
    try:
        with os.scandir(folder) as scan:
            entries = list(scan)
    except OSError as error:
        raise SnapshotError(f"folder {inside or '.'!r} cannot be read: {error.strerror}") from error
    if not entries and inside:
        yield Column(inside, FOLDER, partial(Encoded, {"is": FOLDER}), what=FOLDER)
    for entry in entries:
        name = f"{inside}/{entry.name}" if inside else entry.name
        if entry.is_symlink():
            yield _link(entry.path, name, root)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name != _WORKSPACE:
                yield from _walk(entry.path, name, root)
        elif entry.is_file(follow_symlinks=False):
            yield _file(entry.path, name, entry.stat(follow_symlinks=False))
        else:
            special = _special(entry.stat(follow_symlinks=False).st_mode)
            raise SnapshotError(f"file {name!r} is {special} and cannot be stored", hint="move it out of the folder")


def _file(path: str, name: str, seen: os.stat_result) -> Column:
    executable = bool(seen.st_mode & stat.S_IXUSR)
    encode = partial(_encode_file, path, seen, executable)
    return Column(name, "executable" if executable else FILE, encode, seen.st_size, FILE)


def _encode_file(path: str, seen: os.stat_result, executable: bool) -> Encoded:
    now = os.lstat(path) if os.path.lexists(path) else None
    if now is None or (now.st_size, now.st_mtime_ns, now.st_ino) != (seen.st_size, seen.st_mtime_ns, seen.st_ino):
        raise SnapshotError("it changed while it was being stored")
    streams = (
        FileStream(1, (), path=path, offset=offset, length=min(SEGMENT, seen.st_size - offset))
        for offset in range(0, seen.st_size, SEGMENT)
    )
    return Encoded({"is": FILE, "executable": executable}, tuple(streams))


def _link(path: str, name: str, root: str) -> Column:
    with naming(name, "link"):
        target = Path(path).resolve()
        if not target.is_relative_to(root) or not target.exists():
            where = "leads out of the folder" if target.exists() else "leads nowhere"
            raise SnapshotError(f"it {where}", hint="put a copy in its place, or take a snapshot of where it leads")
        if _WORKSPACE in target.relative_to(root).parts:
            raise SnapshotError("it leads into a workspace, which is left out")
        to = Path(os.path.relpath(target, Path(path).parent)).as_posix()
    return Column(name, "link", partial(Encoded, {"is": "link", "to": to}), what="link")


def _special(mode: int) -> str:
    return _SPECIAL.get(stat.S_IFMT(mode), "neither a file nor a folder")
