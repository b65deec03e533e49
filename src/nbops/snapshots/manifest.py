"""The snapshot itself: what its columns are and which streams they are made of. Its hash is the snapshot's id."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.check_body import check_body
from nbops.snapshots.hashing import digest_of
from nbops.workspace import write_file

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.snapshots.streams.values import Json

FORMAT = 1
FILE, FOLDER = "file", "folder"
"""Kinds of snapshots that hold files instead of a frame."""
IN_FOLDERS = {FILE, FOLDER, "link"}


@dataclass(frozen=True, slots=True)
class StoredStream:
    """Name of one stream: its width, length in bytes and BLAKE3 digest."""

    width: int
    nbytes: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column, or one axis, as a manifest has it."""

    name: str
    dtype: str
    type: Json
    streams: tuple[StoredStream, ...]

    @property
    def nbytes(self) -> int:
        """Length of its content, in bytes, before compression."""
        return sum(stream.nbytes for stream in self.streams)

    @property
    def called(self) -> str:
        """What a sentence calls it, such as `column 'x'` or `file 'a/b.png'`."""
        kind = self.type.get("is") if isinstance(self.type, dict) else None
        return f"{kind if kind in IN_FOLDERS else 'column'} {self.name!r}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A dataset by its content: equal content and dtypes make equal manifests, whenever and wherever."""

    kind: str
    rows: int
    columns: tuple[StoredColumn, ...]
    axes: tuple[StoredColumn, ...]
    extra: Json

    def encode(self) -> bytes:
        """Return the canonical bytes, of which the id is the hash."""
        body = {
            "format": FORMAT,
            "kind": self.kind,
            "rows": self.rows,
            "columns": [_to_json(column) for column in self.columns],
            "axes": [_to_json(axis) for axis in self.axes],
            "extra": self.extra,
        }
        return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

    @property
    def streams(self) -> tuple[StoredStream, ...]:
        """All streams, of columns first."""
        return tuple(stream for part in (*self.columns, *self.axes) for stream in part.streams)

    @property
    def nbytes(self) -> int:
        """Length of the content, in bytes, before compression."""
        return sum(stream.nbytes for stream in self.streams)

    @property
    def dtypes(self) -> dict[str, str]:
        """Dtype of every column; the second of two equal labels gets ` (2)` appended, and so on."""
        found: dict[str, str] = {}
        for column in self.columns:
            name, count = column.name, 1
            while name in found:
                count += 1
                name = f"{column.name} ({count})"
            found[name] = column.dtype
        return found


def id_of(encoded: bytes) -> str:
    """Return the id of an encoded manifest: 64 hexadecimal digits."""
    return digest_of(encoded).hex()


def manifest_path(folder: Path, snapshot_id: str) -> Path:
    """Return where the manifest with that id lies in a snapshots folder."""
    return folder / "manifests" / f"{snapshot_id}.json"


def write_manifest(folder: Path, manifest: Manifest) -> int:
    """Make *manifest* a snapshot; return its length in bytes."""
    encoded = manifest.encode()
    write_file(manifest_path(folder, id_of(encoded)), encoded, durable=True)
    return len(encoded)


def read_manifest(folder: Path, snapshot_id: str) -> Manifest:
    """Return the manifest with that id.

    Raises:
        SnapshotError: It is missing, damaged, or of a newer format.
    """
    try:
        encoded = manifest_path(folder, snapshot_id).read_bytes()
    except OSError as error:
        raise SnapshotError(f"snapshot {snapshot_id[:12]} cannot be read: {error.strerror}") from error
    if id_of(encoded) != snapshot_id:
        raise SnapshotError(f"the manifest of snapshot {snapshot_id[:12]} is damaged: its hash does not match")
    return parse_manifest(encoded)


def parse_manifest(encoded: bytes) -> Manifest:
    """Return the manifest that *encoded* is.

    That its hash is right proves only that it is what its author wrote: everything in it is looked at.

    Raises:
        SnapshotError: It is of a newer format, or no manifest.
    """
    called = f"snapshot {id_of(encoded)[:12]}"
    try:
        body: Any = json.loads(encoded)
        newer = isinstance(body, dict) and type(body.get("format")) is int and body["format"] > FORMAT
        if not newer:
            check_body(body, FORMAT)
    except (ValueError, RecursionError) as error:
        raise SnapshotError(f"the manifest of {called} is damaged: {error}") from error
    if newer:
        raise SnapshotError(f"{called} was written by a newer nbops")
    columns, axes = (tuple(_from_json(part) for part in body[where]) for where in ("columns", "axes"))
    return Manifest(body["kind"], body["rows"], columns, axes, body["extra"])


def _to_json(column: StoredColumn) -> Json:
    streams = [[stream.width, stream.nbytes, stream.digest.hex()] for stream in column.streams]
    return {"name": column.name, "dtype": column.dtype, "type": column.type, "streams": streams}


def _from_json(form: Json) -> StoredColumn:
    streams = tuple(StoredStream(width, nbytes, bytes.fromhex(digest)) for width, nbytes, digest in form["streams"])
    return StoredColumn(form["name"], form["dtype"], form["type"], streams)
