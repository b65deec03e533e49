"""fsspec as shared store: object stores, SFTP and whatever else has a URL."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from nbops.addresses import without_credentials
from nbops.errors import ConfigError, NbopsError, SnapshotError, SnapshotStoreAway
from nbops.snapshots.shared.store import Stored
from nbops.workspace import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# An upload to these appears when it is complete; elsewhere we write beside and rename.
_WHOLE = {"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "oci", "oss", "r2", "tos", "memory"}
_TIMES = ("LastModified", "last_modified", "mtime", "updated", "modified", "created")
_LONGEST = 300
_EXTRA = "pip install 'nbops[remote]'"


class FsspecStore:
    """Objects below one fsspec URL. What others wrote is always seen: nothing that was listed is remembered."""

    def __init__(self, url: str) -> None:
        """Prepare the file system; nothing is asked yet.

        Raises:
            ConfigError: The URL is of no known kind, or a package is missing.
            SnapshotStoreAway: The file system cannot be had, for want of credentials for instance.
        """
        self.shown = without_credentials(url).rstrip("/")
        self._secret = [part for found in re.findall(r"//([^/@]+)@", url) for part in found.split(":") if part]
        try:
            from fsspec.core import url_to_fs

            self._fs, self._root = url_to_fs(url, use_listings_cache=False)
        except ImportError as error:
            raise ConfigError(
                f"the snapshot store {self.shown} needs a package that is not installed: {error}", hint=_EXTRA
            ) from error
        except ValueError as error:
            raise ConfigError(f"snapshots is {self.shown!r}, which cannot be used: {self._plain(error)}") from error
        except Exception as error:
            raise SnapshotStoreAway(
                f"the snapshot store {self.shown} cannot be opened: {self._plain(error)}"
            ) from error
        protocols = {self._fs.protocol} if isinstance(self._fs.protocol, str) else set(self._fs.protocol)
        self._whole = bool(protocols & _WHOLE)
        if "s3" in protocols:
            self._fs.retries = 2  # botocore tries several times itself; five times that is minutes of silence

    def names(self, folder: str) -> dict[str, Stored]:
        """Return the objects below *folder*."""
        try:
            with self._translated(folder):
                self._fs.invalidate_cache()
                found = self._fs.find(self._path(folder), detail=True)
        except _Gone:  # a bucket that does not exist is told when it is written to
            return {}
        start = len(self._root.rstrip("/")) + 1
        return {path[start:]: Stored(int(facts["size"] or 0), _changed(facts)) for path, facts in found.items()}

    def read(self, name: str) -> bytes:
        """Return the content of one object."""
        with self._translated(name):
            return bytes(self._fs.cat_file(self._path(name)))

    def read_many(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of several objects, as many at once as the file system can."""
        paths = {self._path(name): name for name in names}
        if not paths:
            return {}
        with self._translated():
            found = self._fs.cat(list(paths), on_error="return")
            for content in found.values():
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                    raise content
        plain = {self._fs._strip_protocol(path): name for path, name in paths.items()}  # noqa: SLF001 # its public way
        return {plain[path]: bytes(content) for path, content in found.items() if isinstance(content, bytes)}

    def read_ranges(self, ranges: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return parts of several objects, as many at once as the file system can."""
        if not ranges:
            return []
        names, starts, ends = (list(values) for values in zip(*ranges, strict=True))
        with self._translated(names[0]):
            paths = [self._path(name) for name in names]
            return [bytes(part) for part in self._fs.cat_ranges(paths, starts, ends, on_error="raise")]

    def put(self, name: str, content: bytes) -> None:
        """Write one object."""
        with self._place(name) as path:
            self._fs.pipe_file(path, content)

    def put_file(self, name: str, path: Path) -> None:
        """Copy a local file here."""
        with self._place(name) as target:
            self._fs.put_file(str(path), target)

    def remove(self, name: str) -> None:
        """Remove one object."""
        try:
            with self._translated(name):
                self._fs.rm_file(self._path(name))
        except _Gone:
            return

    def _path(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    @contextmanager
    def _place(self, name: str) -> Iterator[str]:
        """Give the path to write to; it is *name* when the block ends."""
        path = self._path(name)
        folder, _, last = path.rpartition("/")
        try:
            with self._translated(name):
                if self._whole:
                    yield path
                    return
                self._fs.makedirs(folder, exist_ok=True)
                beside = f"{folder}/{PARTIAL}{uuid4().hex}"
                yield beside
                if self._fs.exists(path):  # not every file system renames over a file; equal names have equal content
                    self._fs.rm_file(path)
                self._fs.mv(beside, path)
        except _Gone as error:
            raise SnapshotStoreAway(f"the snapshot store {self.shown} does not take {last}: {error.reason}") from error

    @contextmanager
    def _translated(self, name: str = "") -> Iterator[None]:
        """Tell what fails in our words, without the credentials that some file systems repeat."""
        try:
            yield
        except NbopsError:
            raise
        except FileNotFoundError as error:
            raise _Gone(f"{name} is missing from the snapshot store {self.shown}", self._plain(error)) from error
        except PermissionError as error:
            raise SnapshotStoreAway(f"the snapshot store {self.shown} refuses: {self._plain(error)}") from error
        except Exception as error:
            raise SnapshotStoreAway(f"the snapshot store {self.shown} does not answer: {self._plain(error)}") from error

    def _plain(self, error: Exception) -> str:
        text = f"{error}" or type(error).__name__
        for secret in self._secret:
            text = text.replace(secret, "…")
        return text[:_LONGEST]


class _Gone(SnapshotError):
    """An object is not there."""

    def __init__(self, sentence: str, reason: str = "") -> None:
        super().__init__(sentence)
        self.reason = reason


def _changed(facts: dict[str, Any]) -> float | None:
    value = next((facts[key] for key in _TIMES if facts.get(key) is not None), None)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) else None
