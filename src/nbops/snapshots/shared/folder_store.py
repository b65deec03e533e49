"""A folder as shared store, such as one on a network file system."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.shared.store import Stored
from nbops.workspace import beside, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class FolderStore:
    """Files in a folder, each written beside its place, synced and renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shown = str(folder)

    def names(self, folder: str) -> dict[str, Stored]:
        """Return the files below *folder*."""
        found: dict[str, Stored] = {}
        with self._translated():
            for path in (self.folder / folder).rglob("*"):
                try:
                    state = path.stat()
                except FileNotFoundError:
                    continue
                if path.is_file():
                    found[path.relative_to(self.folder).as_posix()] = Stored(state.st_size, state.st_mtime)
        return found

    def read(self, name: str) -> bytes:
        """Return the content of one file."""
        with self._translated(name):
            return (self.folder / name).read_bytes()

    def read_many(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of several files, without those that are gone."""
        found: dict[str, bytes] = {}
        for name in names:
            with self._translated(name):
                try:
                    found[name] = (self.folder / name).read_bytes()
                except FileNotFoundError:
                    continue
        return found

    def read_ranges(self, ranges: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return parts of several files."""
        found: list[bytes] = []
        for name, start, end in ranges:
            with self._translated(name), (self.folder / name).open("rb") as file:
                file.seek(start)
                found.append(file.read(end - start))
        return found

    def put(self, name: str, content: bytes) -> None:
        """Write one file."""
        with self._translated(name):
            write_file(self.folder / name, content, durable=True)

    def put_file(self, name: str, path: Path) -> None:
        """Copy a file here."""
        target = self.folder / name
        with self._translated(name), beside(target, durable=True, mode=0o444) as copy, path.open("rb") as file:
            copyfileobj(file, copy, 1 << 20)

    def remove(self, name: str) -> None:
        """Remove one file."""
        with self._translated(name):
            (self.folder / name).unlink(missing_ok=True)

    @contextmanager
    def _translated(self, name: str = "") -> Iterator[None]:
        if not self.folder.parent.is_dir():  # a drive that is not mounted is not an empty store
            raise SnapshotStoreAway(f"the snapshot store {self.shown} is not there: {self.folder.parent} is missing")
        try:
            yield
        except FileNotFoundError as error:
            raise SnapshotError(f"{name} is missing from the snapshot store {self.shown}") from error
        except OSError as error:
            raise SnapshotStoreAway(f"the snapshot store {self.shown} cannot be used: {error.strerror}") from error
