"""What is known about runs beyond the journal, kept beside it: how far the recorder got, what people changed.

The journal belongs to the kernel alone. Recorders and people append to `notes`, one checked line each, under a lock.
With journals and notes the read model can be rebuilt without asking MLflow, and no run is ever written twice.
"""

from __future__ import annotations

import binascii
import fcntl
import json
import os
from pathlib import Path

from nbops.errors import JournalError
from nbops.recording.run import Json
from nbops.workspace import Workspace

FILE = "notes"
BEGUN, CREATED, RECORDED, REFUSED = "begun", "created", "recorded", "refused"
MODELLING, MODELLED, MET, CHANGED, TOLD = "modelling", "modelled", "met", "changed", "told"
STORING, STORED = "storing", "stored"


def notes_folder(workspace: Workspace, session: str | None) -> Path:
    """Return where notes about runs of *session* lie; those about runs that nbops did not make lie at the root."""
    return workspace.journals / session if session else workspace.root


def append_note(folder: Path, kind: str, run: str, *, durable: bool = True, **facts: object) -> None:
    """Note that *kind* holds for *run*.

    Args:
        folder: From `notes_folder`.
        kind: `begun` (MLflow is about to be asked for a new run), `created`, `modelling`, `modelled`, `recorded`,
            `refused`, `met` (the user's own code started an MLflow run), `changed` (by a person), `told` (the change
            is in MLflow), `storing` (the copy of a dataset), `stored` (what became of it).
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
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, _seam(descriptor) + line)
            if durable:
                os.fdatasync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise JournalError(f"{folder / FILE} cannot be written: {error.strerror}") from error


def read_notes(folder: Path, offset: int = 0) -> tuple[list[Json], int]:
    """Return the whole notes after byte *offset* and where the next look begins; damaged lines are passed over."""
    try:
        with (folder / FILE).open("rb") as file:
            file.seek(offset)
            content = file.read()
    except FileNotFoundError:
        return [], offset
    whole = content[: content.rfind(b"\n") + 1]
    notes = [note for line in whole.splitlines() if (note := _decode(line)) is not None]
    return notes, offset + len(whole)


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


def _seam(descriptor: int) -> bytes:
    """Return what has to stand before a new line: a writer that was killed may have left half of one."""
    end = os.lseek(descriptor, 0, os.SEEK_END)
    return b"" if end == 0 or os.pread(descriptor, 1, end - 1) == b"\n" else b"\n"
