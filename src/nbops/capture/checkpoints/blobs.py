"""Files of a workspace's checkpoints that hold pickles, named by the hash of their content."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from nbops.capture.checkpoints.compressed import Unreadable, look_inside
from nbops.capture.checkpoints.refuse_links import refuse_links
from nbops.capture.secrets.spellings import spellings
from nbops.workspace import PARTIAL, beside, write_file

FOLDER = "checkpoints"
_SCANNED = 8_000_000
_PRIVATE = 0o600
_LONG_LINE = 8
_CODES = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
DIGEST = re.compile(r"[0-9a-f]{64}")
"""What blobs are called."""


class Refused(Exception):  # never leaves this room
    """A checkpoint is not written or not read; the message says why."""


class Sink:
    """A file that hashes what is written to it, and refuses what it may not hold.

    Attributes:
        size: Bytes so far.
    """

    def __init__(self, file: BinaryIO, *, limit: int, deadline: float, secrets: Iterable[str]) -> None:
        """Begin.

        Args:
            file: Where the bytes go.
            limit: Most bytes.
            deadline: When to give up, of `time.thread_time`.
            secrets: Texts that may not stand in it.
        """
        from blake3 import blake3

        self.size = 0
        self._file, self._limit, self._deadline = file, limit, deadline
        self._secrets = sorted(_spelled(secrets))
        self._hash = blake3()

    def write(self, content: Any) -> int:
        """Take in some bytes.

        Raises:
            Refused: They are too many, too late or hold a secret.
        """
        given = memoryview(content).cast("B")
        self.size += given.nbytes
        if self.size > self._limit:
            raise Refused(f"what it left behind is larger than {self._limit // 1_000_000} MB")
        if time.thread_time() > self._deadline:
            raise Refused("saving what it left behind would take too long beside the cell itself")
        if self._secrets and given.nbytes <= _SCANNED:
            held = bytes(given)
            self._refuse_secret(held)
        elif self._secrets:
            self._scan(given)
        if self._secrets:
            self._look_inside(given)
        self._hash.update(given)
        return self._file.write(given)

    def _refuse_secret(self, held: bytes) -> None:
        if any(secret in held for secret in self._secrets):
            raise Refused("what it left behind holds a secret")

    def _look_inside(self, given: memoryview) -> None:
        def look(held: bytes) -> None:
            self._refuse_secret(held)
            if time.thread_time() > self._deadline:
                raise Refused("saving what it left behind would take too long beside the cell itself")

        try:
            look_inside(given, look)
        except Unreadable as error:
            raise Refused("what it left behind is compressed, so that secrets cannot be looked for in it") from error

    def _scan(self, given: memoryview) -> None:
        longest = max(map(len, self._secrets))
        for start in range(0, given.nbytes, _SCANNED):
            held = bytes(given[start : start + _SCANNED + longest])
            self._refuse_secret(held)
            if time.thread_time() > self._deadline:
                raise Refused("saving what it left behind would take too long beside the cell itself")

    def hexdigest(self) -> str:
        """Return the hash of everything written."""
        return str(self._hash.hexdigest())


def _spelled(secrets: Iterable[str]) -> set[bytes]:
    """Return the bytes that stand for *secrets*: as it is masked elsewhere, each line, backwards, as capitals."""
    whole = {text for text in secrets if text}
    lines = {line.strip() for text in whole for line in text.splitlines() if len(line.strip()) >= _LONG_LINE}
    texts = {*whole, *lines, *spellings(tuple(sorted(whole)))}
    for text in whole | lines:
        raw = text.encode(errors="replace").hex()
        texts |= {text[::-1], text.upper(), raw, raw.upper()}
    return {text.encode(code, errors="replace") for text in texts for code in _CODES}


def prepare(folder: Path) -> Path:
    """Make the folder of the checkpoints, closed to others and out of git, and return where its blobs lie.

    Raises:
        OSError: It cannot be made, or is a link.
    """
    blobs = folder / "blobs"
    refuse_links(folder)
    blobs.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    if not (folder / ".gitignore").exists():
        write_file(folder / ".gitignore", b"*\n")
    return blobs


def write_blob(folder: Path, write: Any, **bounds: Any) -> tuple[str, int]:
    """Write a blob whole; return its hash and size.

    Args:
        folder: Of the checkpoints.
        write: Called with a `Sink`.
        bounds: Of the `Sink`.

    Raises:
        Refused: It may not be written.
        OSError: The disk refuses.
    """
    blobs = prepare(folder)
    whole = blobs / f"{PARTIAL}{uuid.uuid4().hex}"
    with beside(whole, mode=_PRIVATE) as file:
        sink = Sink(file, **bounds)
        write(sink)
    digest = sink.hexdigest()
    whole.replace(blobs / digest)
    return digest, sink.size


def open_blob(folder: Path, digest: str) -> BinaryIO:
    """Open a blob for reading after its content was held against its name.

    Raises:
        Refused: It is gone, not what its name says, or somebody else's.
    """
    from blake3 import blake3

    path = folder / "blobs" / digest
    if not DIGEST.fullmatch(digest):
        raise Refused("its checkpoint is damaged")
    try:
        refuse_links(folder)
        file = os.fdopen(os.open(path, os.O_RDONLY | _NO_LINKS), "rb")
    except OSError as error:
        raise Refused("its checkpoint is gone") from error
    # What is hashed is what is read: the path may lead to another file a moment later.
    foreign = hasattr(os, "getuid") and os.fstat(file.fileno()).st_uid != os.getuid()
    held = blake3(max_threads=blake3.AUTO)
    while not foreign and (part := file.read(_SCANNED)):
        held.update(part)
    if foreign or held.hexdigest() != digest:
        file.close()
        raise Refused("its checkpoint belongs to another user" if foreign else "its checkpoint is damaged")
    file.seek(0)
    return file
