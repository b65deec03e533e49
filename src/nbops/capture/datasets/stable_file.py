"""The file of a stable copy: a dataset's streams as they are, side by side, then what they are.

The kernel writes it, the recorder makes a snapshot of it and removes it. It appears whole or not at all.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from nbops.errors import SnapshotError

if TYPE_CHECKING:
    from nbops.snapshots.streams.datasets import Column
    from nbops.workspace import Workspace

_MAGIC = b"nbops\x00s1"
_ALIGN, _STRETCH, _FOOT = 64, 32 << 20, 16


def stable_path(workspace: Workspace, session: str, key: str) -> Path:
    """Return where the stable copy *key* of a session lies."""
    return workspace.root / "stable" / session / key


def write_stable(path: Path, dataset: Any) -> None:
    """Write *dataset* to *path*; only the user may read it.

    Raises:
        SnapshotError: Something in it cannot be stored; the sentence names the column.
        OSError: The disk refuses.
    """
    from nbops.snapshots.streams.datasets import take_apart

    parts = take_apart(dataset)
    with _beside(path) as file:
        body = {"kind": parts.kind, "extra": parts.extra}
        body |= {"columns": _write_columns(parts.columns, file), "axes": _write_columns(parts.axes, file)}
        _finish(body, file)


def write_failure(path: Path, reason: str) -> None:
    """Leave word at *path* why there is no copy.

    Raises:
        OSError: The disk refuses even that.
    """
    with _beside(path) as file:
        _finish({"failed": reason}, file)


def read_stable(path: Path) -> Any:
    """Return the dataset at *path*, its memory mapped from the file.

    Raises:
        FileNotFoundError: There is none (yet).
        SnapshotError: There never will be, or it is damaged.
    """
    from nbops.snapshots.streams.datasets import put_together

    with path.open("rb") as file:
        length = file.seek(0, os.SEEK_END)
        if length < _FOOT:
            raise SnapshotError("its copy is damaged")
        content = mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ)
    size = int.from_bytes(content[length - _FOOT : length - 8], "little")
    if content[length - 8 :] != _MAGIC or size > length - _FOOT:
        raise SnapshotError("its copy is damaged")
    body = json.loads(content[length - _FOOT - size : length - _FOOT])
    if "failed" in body:
        raise SnapshotError(body["failed"])
    columns, axes = ([_part(form, content) for form in body[where]] for where in ("columns", "axes"))
    return put_together(body["kind"], body["extra"], columns, axes)


def _part(form: dict[str, Any], content: mmap.mmap) -> tuple[Any, Any]:
    import numpy as np

    streams = iter(form["streams"])

    def take() -> Any:
        offset, nbytes = next(streams)
        return np.frombuffer(content, "u1", nbytes, offset) if nbytes else np.empty(0, "u1")

    return form["type"], take


def _write_columns(columns: Sequence[Column], file: BinaryIO) -> list[dict[str, Any]]:
    from nbops.snapshots.streams.datasets import naming

    written = []
    for column in columns:
        with naming(column.name):
            encoded = column.encode()
        places = []
        for stream in encoded.streams:
            file.write(b"\0" * (-file.tell() % _ALIGN))
            places.append([file.tell(), stream.nbytes])
            for piece in stream.pieces:
                _write(piece, file)
        written.append({"type": encoded.type, "streams": places})
    return written


def _write(piece: Any, file: BinaryIO) -> None:
    # Little by little: other threads run while the system takes a stretch, and none is gathered before its turn.
    import numpy as np

    step = max(1, _STRETCH // max(1, piece.itemsize))
    for at in range(0, piece.size, step):
        left = memoryview(np.ascontiguousarray(piece[at : at + step]).view("u1").data)
        while left:
            left = left[file.write(left) :]


def _finish(body: dict[str, Any], file: BinaryIO) -> None:
    head = json.dumps(body, ensure_ascii=True, allow_nan=False).encode()
    file.write(head + len(head).to_bytes(8, "little") + _MAGIC)


class _beside:  # noqa: N801 # reads as a verb
    """A file that takes its place at *path* when the block ends well, and is gone otherwise.

    Unlike `workspace.beside` it bears the name of its place: by that the recorder tells whose half a copy is.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.partial = path, path.with_name(f"{path.name}.partial")

    def __enter__(self) -> BinaryIO:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self.file = os.fdopen(descriptor, "wb", buffering=0)
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.file.close()
        if kind is None:
            self.partial.replace(self.path)
        else:
            self.partial.unlink(missing_ok=True)


def copies_in(workspace: Workspace) -> Iterator[Path]:
    """Yield every file among the stable copies, also half-written ones."""
    yield from (workspace.root / "stable").glob("*/*")
