"""One file of chunks, written once: chunks, then an index of them, then a foot that proves the index whole.

All chunks that one snapshot adds lie in one file: it appears whole or not at all, costs one fsync instead of
thousands, and lets chunks be small, which is what makes a small change cheap.
"""

from __future__ import annotations

import os
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.hashing import digest_of, matches
from nbops.workspace import PARTIAL, sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SUFFIX = ".pack"
CHUNK, RECIPE, NESTED = 0, 1, 2
KEY = 16  # bytes of a digest that find an entry; what is read is held against the whole digest of its stream
_PROOF = 16
_FOOT = struct.Struct("<8sQ16s")
_MAGIC = b"nbops\x00p1"
_ENTRY = [("key", "<u8", (2,)), ("offset", "<u8"), ("size", "<u4"), ("kind", "u1")]


class PackWriter:
    """Appends chunks to a file that nobody sees until `finish`."""

    def __init__(self, folder: Path, allow: Callable[[int], None]) -> None:
        """Begin a pack in *folder*; *allow* is told the bytes written so far and raises when they are too many."""
        self.folder, self.allow = folder, allow
        self.size = 0
        self._entries: list[tuple[bytes, int, int, int]] = []
        self._keys: set[bytes] = set()
        self._file: Any = None
        self._path = ""

    def __contains__(self, key: bytes) -> bool:
        return key in self._keys

    def add(self, key: bytes, stored: bytes, kind: int) -> None:
        """Append *stored* under its *key* of `KEY` bytes, unless it is there."""
        if key in self._keys:
            return
        self.allow(self.size + len(stored))
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor, self._path = tempfile.mkstemp(dir=self.folder, prefix=PARTIAL)
            self._file = os.fdopen(descriptor, "wb", buffering=1 << 20)
        self._file.write(stored)
        self._entries.append((key, self.size, len(stored), kind))
        self._keys.add(key)
        self.size += len(stored)

    def finish(self) -> int:
        """Make the pack visible; return its length in bytes, 0 where nothing was added."""
        import numpy as np

        if self._file is None:
            return 0
        table = np.zeros(len(self._entries), _ENTRY)
        table["key"] = np.frombuffer(b"".join(entry[0] for entry in self._entries), "<u8").reshape(-1, 2)
        for at, name in enumerate(("offset", "size", "kind"), start=1):
            table[name] = [entry[at] for entry in self._entries]
        index = table.tobytes()
        proof = digest_of(index, _PROOF)
        foot = _FOOT.pack(_MAGIC, len(table), proof)
        self._file.write(index + foot)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        Path(self._path).chmod(0o444)
        Path(self._path).replace(self.folder / f"{proof.hex()}{SUFFIX}")
        self._file = None
        sync_folder(self.folder)
        return self.size + len(index) + len(foot)

    def abandon(self) -> None:
        """Leave no trace of a pack that was not finished."""
        if self._file is not None:
            self._file.close()
            Path(self._path).unlink(missing_ok=True)
            self._file = None


def read_index(path: Path) -> NDArray[Any]:
    """Return the index of the pack at *path*: `key`, `offset`, `size`, `kind` of every chunk.

    Raises:
        SnapshotError: The file is damaged.
        FileNotFoundError: It is gone.
    """
    with path.open("rb") as file:

        def read(start: int, end: int) -> bytes:
            file.seek(start)
            return file.read(end - start)

        return index_of(path.name, file.seek(0, os.SEEK_END), read)


def index_of(name: str, length: int, read: Callable[[int, int], bytes]) -> NDArray[Any]:
    """Return the index of the pack *name*, *length* bytes long, whose bytes from one offset up to another *read* gives.

    Raises:
        SnapshotError: It is damaged.
    """
    import numpy as np

    foot = read(max(0, length - _FOOT.size), length)
    magic, count, proof = _FOOT.unpack(foot) if len(foot) == _FOOT.size else (b"", 0, b"")
    start = length - _FOOT.size - count * np.dtype(_ENTRY).itemsize
    if magic == _MAGIC and start >= 0:
        table = table_of(read(start, length - _FOOT.size), proof)
        if table is not None:
            return table
    raise SnapshotError(f"pack {name} is damaged: its index does not match its checksum")


def table_of(index: bytes, proof: bytes) -> NDArray[Any] | None:
    """Return the bytes of an index as a table, or None where they are not what *proof* (also the pack's name) says."""
    import numpy as np

    return np.frombuffer(index, _ENTRY) if matches(index, proof) else None
