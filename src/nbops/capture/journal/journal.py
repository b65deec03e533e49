"""The durable local log that a kernel appends to: one line a record, checked by CRC, fsynced before append returns."""

from __future__ import annotations

import binascii
import errno
import fcntl
import hashlib
import json
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbops.capture.journal.records import Record, from_json, to_json
from nbops.capture.journal.reserve import release_space, reserve_space
from nbops.errors import JournalError
from nbops.workspace import Workspace, write_file

_FILE, _BLOBS = "journal", "blobs"
_FULL = {errno.ENOSPC, errno.EDQUOT}


class Journal:
    """Append-only log of one session. Safe to use from several threads; a forked child has no part in it.

    The user's code runs in this process and may close any descriptor, so ours is held against the file that it was
    opened for before each use: a number that stands for something else by now is neither written to nor closed.
    """

    def __init__(self, workspace: Workspace, session: str) -> None:
        self.workspace = workspace
        self.folder = workspace.journals / session
        self._path = str(self.folder / _FILE)
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._descriptor = -1
        self._file = (0, 0)
        self._opening = b""
        self._end = 0
        self._held = False
        _journals.add(self)

    def append(self, record: Record, *, durable: bool = True) -> None:
        """Write *record* and, unless told otherwise, wait until it is on disk.

        Raises:
            JournalError: The disk refuses, or this is a forked child; the record is not in the journal.
        """
        if self._pid != os.getpid():
            raise JournalError(f"the journal {self.folder.name} belongs to process {self._pid}")
        line = encode(record)
        try:
            with self._lock:
                self._opening = self._opening or line
                try:
                    self._write(line, durable=durable)
                except OSError as error:
                    # Not for blobs: what is held back is for the records, which are small and say what happened.
                    self._held = False
                    if error.errno not in _FULL or not release_space(self.workspace.root):
                        raise
                    self._write(line, durable=durable)
                self._held = self._held or reserve_space(self.workspace.root)
        except OSError as error:
            raise JournalError(f"the journal {self.folder.name} cannot be written: {error.strerror}") from error

    def put(self, content: bytes, *, durable: bool = True) -> str:
        """Store *content* beside the journal and return its SHA-256, by which records refer to it."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / _BLOBS / digest
        if not path.exists():
            try:
                write_file(path, content, durable=durable)
            except OSError as error:
                raise JournalError(f"blob {digest[:12]} cannot be written: {error.strerror}") from error
        return digest

    def close(self) -> None:
        """Give the file back."""
        if self._pid == os.getpid():
            with self._lock:
                self._give_back()

    @property
    def moved(self) -> bool:
        """Whether the file that is open lies elsewhere by now, because somebody renamed a folder above it."""
        return self._is_ours() and os.fstat(self._descriptor).st_nlink > 0 and not self._is_in_place()

    def forked(self) -> None:
        """Let go of the file in a forked child, whose copy would hold the lock when the kernel is dead."""
        self._give_back()

    def _write(self, line: bytes, *, durable: bool) -> None:
        descriptor = self._open()
        end = os.lseek(descriptor, 0, os.SEEK_END)
        if end != self._end:  # somebody else cut it, or wrote into it
            line = line if end or line is self._opening else self._opening + line
            line = _seam(descriptor, end, self._end) + line
        try:
            written = 0
            while written < len(line):
                written += os.write(descriptor, line[written:])
            if durable:
                os.fdatasync(descriptor)
        except OSError:
            # What is reported as not written must not be there, and half a line must not meet the next one.
            with suppress(OSError):
                if self._is_ours():
                    os.ftruncate(descriptor, end)
            raise
        self._end = end + len(line)

    def _open(self) -> int:
        if self._descriptor >= 0 and not (self._is_ours() and self._is_in_place()):
            # Somebody closed it, or moved or deleted the workspace under us; what is written must not vanish with it.
            self._give_back()
        if self._descriptor < 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            state = os.fstat(self._descriptor)
            self._file, self._end = (state.st_dev, state.st_ino), -1
            with suppress(OSError):  # it tells that we live, should the record that names us be damaged
                fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return self._descriptor

    def _is_ours(self) -> bool:
        try:
            state = os.fstat(self._descriptor)
        except OSError:  # closed
            return False
        return (state.st_dev, state.st_ino) == self._file

    def _is_in_place(self) -> bool:
        try:
            state = os.stat(self._path)  # noqa: PTH116 # before each record: a third of what Path.stat takes
        except OSError:
            return False
        return (state.st_dev, state.st_ino) == self._file

    def _give_back(self) -> None:
        if self._is_ours():
            os.close(self._descriptor)
        self._descriptor = -1


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at a journal gave.

    Attributes:
        records: In order.
        offset: Where the next look begins.
        damaged: Lines that fail their CRC; they are passed over.
        lost: Those lines, neighbours together, with the byte at which each block begins.
        tail: Bytes after the last whole line: what is being written, or was when the kernel died.
        anew: It was read from its beginning, because it is not the file that was read before.
    """

    records: tuple[Record, ...]
    offset: int
    damaged: int = 0
    lost: tuple[tuple[int, bytes], ...] = ()
    tail: bytes = b""
    anew: bool = False


def read_journal(folder: Path, offset: int = 0) -> Reading:
    """Read the whole records that the journal in *folder* has after byte *offset*; a half-written last line waits."""
    try:
        with (folder / _FILE).open("rb") as file:
            anew = not follows_a_line(file.fileno(), offset)
            offset = 0 if anew else offset
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return Reading((), offset)
    end = content.rfind(b"\n") + 1
    records: list[Record] = []
    lost: list[tuple[int, bytes]] = []
    damaged, at = 0, offset
    for line in content[:end].splitlines(keepends=True):
        record, sound = decode(line.rstrip(b"\r\n "))
        if not sound and line.strip():
            damaged += 1
            if lost and lost[-1][0] + len(lost[-1][1]) == at:
                lost[-1] = (lost[-1][0], lost[-1][1] + line)
            else:
                lost.append((at, line))
        if record is not None:
            records.append(record)
        at += len(line)
    return Reading(tuple(records), offset + end, damaged, tuple(lost), content[end:], anew)


def follows_a_line(descriptor: int, offset: int) -> bool:
    """Say whether a file still has a whole line that ends at *offset*; not after it was cut, or replaced."""
    return offset == 0 or (os.fstat(descriptor).st_size >= offset and os.pread(descriptor, 1, offset - 1) == b"\n")


def is_held(folder: Path) -> bool:
    """Say whether a living process has the journal in *folder* open; True where that cannot be known."""
    try:
        descriptor = os.open(folder / _FILE, os.O_RDWR)
    except OSError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def journal_folders(workspace: Workspace) -> Iterator[Path]:
    """Yield the folder of every session of *workspace*, oldest first."""
    if workspace.journals.is_dir():
        found = [path for path in workspace.journals.iterdir() if (path / _FILE).exists()]
        yield from sorted(found, key=lambda path: (path.name, path))


def read_blob(folder: Path, digest: str) -> bytes:
    """Return the blob that a record in *folder*'s journal refers to, after checking its hash.

    Raises:
        JournalError: It is missing or damaged.
    """
    try:
        content = (folder / _BLOBS / digest).read_bytes()
    except OSError as error:
        raise JournalError(f"blob {digest[:12]} of {folder.name} cannot be read: {error.strerror}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise JournalError(f"blob {digest[:12]} of {folder.name} is damaged")
    return content


def encode(record: Record) -> bytes:
    """Return the line that stands for *record*."""
    body = json.dumps(to_json(record), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    return b"%08x %s\n" % (binascii.crc32(body), body)


def decode(line: bytes) -> tuple[Record | None, bool]:
    """Return the record of *line* (None if its type is unknown) and whether the line is sound."""
    checksum, _, body = line.partition(b" ")
    try:
        if int(checksum, 16) != binascii.crc32(body):
            return None, False
        return from_json(json.loads(body)), True
    except (ValueError, TypeError, KeyError):
        return None, False


def _seam(descriptor: int, end: int, before: int) -> bytes:
    """Return what to write after a file was cut at *end* that reached to *before*.

    Whoever had read further must not find the end of a line by chance where he stopped: `follows_a_line` looks there.
    """
    if end < before:
        return b" " * (before - end) + b"\n"
    return b"" if end == 0 or os.pread(descriptor, 1, end - 1) == b"\n" else b"\n"


def _forked() -> None:
    for journal in list(_journals):
        journal.forked()


_journals: weakref.WeakSet[Journal] = weakref.WeakSet()
os.register_at_fork(after_in_child=_forked)
