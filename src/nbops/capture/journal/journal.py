"""The durable local log that a kernel appends to: one line a record, checked by CRC, fsynced before append returns."""

from __future__ import annotations

import binascii
import hashlib
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbops.capture.journal.records import Record, from_json, to_json
from nbops.errors import JournalError
from nbops.workspace import Workspace, write_file

_FILE, _BLOBS = "journal", "blobs"


class Journal:
    """Append-only log of one session. Safe to use from several threads; never shared between processes."""

    def __init__(self, workspace: Workspace, session: str) -> None:
        self.folder = workspace.journals / session
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._descriptor = -1
        self._opening = b""

    def append(self, record: Record, *, durable: bool = True) -> None:
        """Write *record* and, unless told otherwise, wait until it is on disk.

        Raises:
            JournalError: The disk refuses; the record is not in the journal.
        """
        line = encode(record)
        try:
            with self._lock:
                descriptor = self._open()
                self._opening = self._opening or line
                _write_all(descriptor, line)
                if durable:
                    os.fdatasync(descriptor)
        except OSError as error:
            raise JournalError(f"the journal in {self.folder} cannot be written: {error.strerror}") from error

    def put(self, content: bytes, *, durable: bool = True) -> str:
        """Store *content* beside the journal and return its SHA-256, by which records refer to it."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / _BLOBS / digest
        if not path.exists():
            try:
                write_file(path, content, durable=durable)
            except OSError as error:
                raise JournalError(f"{path} cannot be written: {error.strerror}") from error
        return digest

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._descriptor >= 0 and self._pid == os.getpid():
                os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> int:
        if self._descriptor >= 0 and not os.fstat(self._descriptor).st_nlink:
            # Somebody deleted the workspace under us; what is written from now on must not vanish with it.
            os.close(self._descriptor)
            self._descriptor = -1
        if self._descriptor < 0:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.folder / _FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
            if self._opening and not os.fstat(self._descriptor).st_size:
                _write_all(self._descriptor, self._opening)
        return self._descriptor


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look at a journal gave.

    Attributes:
        records: In order.
        offset: Where the next look begins.
        damaged: Lines that fail their CRC; they are passed over.
    """

    records: tuple[Record, ...]
    offset: int
    damaged: int = 0


def read_journal(folder: Path, offset: int = 0) -> Reading:
    """Read the whole records that the journal in *folder* has after byte *offset*; a half-written last line waits."""
    try:
        with (folder / _FILE).open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return Reading((), offset)
    whole = content[: content.rfind(b"\n") + 1]
    records: list[Record] = []
    damaged = 0
    for line in whole.splitlines():
        record, sound = decode(line)
        damaged += not sound
        if record is not None:
            records.append(record)
    return Reading(tuple(records), offset + len(whole), damaged)


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


def _write_all(descriptor: int, line: bytes) -> None:
    start = os.lseek(descriptor, 0, os.SEEK_END)
    written = 0
    try:
        while written < len(line):
            written += os.write(descriptor, line[written:])
    except OSError:
        os.ftruncate(descriptor, start)
        raise
