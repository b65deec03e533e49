"""What is known about runs beyond the journal, kept beside it: how far the recorder got, what people changed.

The journal belongs to the kernel alone. Recorders and people append to `notes`, one checked line each, under a lock.
With journals and notes the read model can be rebuilt without asking MLflow, and no run is ever written twice.
"""

from __future__ import annotations

import binascii
import errno
import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbops.capture.journal.journal import follows_a_line
from nbops.capture.journal.reserve import release_space
from nbops.errors import JournalError
from nbops.recording.run import Json
from nbops.workspace import Workspace

FILE = "notes"
_FULL = {errno.ENOSPC, errno.EDQUOT}
BEGUN, CREATED, RECORDED, REFUSED = "begun", "created", "recorded", "refused"
MODELLING, MODELLED, MET, CHANGED, TOLD = "modelling", "modelled", "met", "changed", "told"
STORING, STORED, LOST, FOUND = "storing", "stored", "lost", "found"


def notes_folder(workspace: Workspace, session: str | None) -> Path:
    """Return where notes about runs of *session* lie; those about runs that nbops did not make lie at the root."""
    return workspace.journals / session if session else workspace.root


def append_note(folder: Path, kind: str, run: str, *, durable: bool = True, **facts: object) -> None:
    """Note that *kind* holds for *run*.

    Args:
        folder: From `notes_folder`.
        kind: `begun` (MLflow is about to be asked for a new run), `created`, `modelling`, `modelled`, `recorded`,
            `refused`, `met` (the user's own code started an MLflow run), `changed` (by a person), `told` (the change
            is in MLflow), `storing` (the copy of a dataset), `stored` (what became of it), `lost` (MLflow has the run
            no more, and it is to be written again), `found` (what the user's own code logged to MLflow in it).
        run: nbops' id.
        durable: Wait until it is on disk.
        facts: What goes with it, as JSON values.

    Raises:
        JournalError: The disk refuses.
    """
    line = encode_note({"kind": kind, "run": run} | facts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / FILE, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            _lock(descriptor)
            try:
                _write(descriptor, line, durable=durable)
            except OSError as error:
                if error.errno not in _FULL or not release_space(_workspace_of(folder)):
                    raise
                _write(descriptor, line, durable=durable)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise JournalError(f"{folder / FILE} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True)
class Noting:
    """What one look at notes gave.

    Attributes:
        notes: In order.
        offset: Where the next look begins.
        lost: Damaged lines, with the byte at which each begins; they are passed over.
        anew: It was read from its beginning, because it is not the file that was read before.
    """

    notes: list[Json]
    offset: int
    lost: tuple[tuple[int, bytes], ...] = ()
    anew: bool = False


def read_notes(folder: Path, offset: int = 0) -> Noting:
    """Read the whole notes after byte *offset*."""
    try:
        with (folder / FILE).open("rb") as file:
            anew = not follows_a_line(file.fileno(), offset)
            offset = 0 if anew else offset
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return Noting([], 0, anew=offset > 0)
    end = content.rfind(b"\n") + 1
    notes, lost, at = [], [], offset
    for line in content[:end].splitlines(keepends=True):
        note = _decode(line.rstrip(b"\r\n"))
        if note is not None:
            notes.append(note)
        elif line.strip():
            lost.append((at, line))
        at += len(line)
    return Noting(notes, offset + end, tuple(lost), anew)


def encode_note(body: Json) -> bytes:
    """Return the line that stands for a note."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (binascii.crc32(text), text)


def _decode(line: bytes) -> Json | None:
    checksum, _, text = line.partition(b" ")
    try:
        body = json.loads(text) if int(checksum, 16) == binascii.crc32(text) else None
    except ValueError:
        return None
    return body if isinstance(body, dict) and "kind" in body and "run" in body else None


def _workspace_of(folder: Path) -> Path:
    return folder.parents[1] if folder.parent.name == "journals" else folder


def _lock(descriptor: int) -> None:
    with suppress(OSError):  # a file system without locks; the notes of two at once are told apart by their checksums
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _write(descriptor: int, line: bytes, *, durable: bool) -> None:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    line = _seam(descriptor) + line
    try:
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        if durable:
            os.fdatasync(descriptor)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, end)
        raise


def _seam(descriptor: int) -> bytes:
    """Return what has to stand before a new line: a writer that was killed may have left half of one."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    return b"" if end == 0 or os.pread(descriptor, 1, end - 1) == b"\n" else b"\n"
