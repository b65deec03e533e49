"""A place that several workspaces share: named objects that appear whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nbops.workspace import Workspace

_FILE = re.compile(r"(?:file|local)://")
PACKS, MANIFESTS, NAMES, CONDEMNED = "packs", "manifests", "names", "condemned"


class Stored(NamedTuple):
    """Length of an object in bytes, and when the store says it was written (None where it does not say)."""

    size: int
    changed: float | None


class Store(Protocol):
    """What a shared store can do. Names are relative to it, with `/` between their parts.

    Whatever fails raises `SnapshotStoreAway` (it does not answer or refuses) or `SnapshotError` (an object is gone).
    """

    shown: str

    def names(self, folder: str) -> dict[str, Stored]:
        """Return the objects below *folder*; none where there is no such folder."""

    def read(self, name: str) -> bytes:
        """Return the content of one object."""

    def read_many(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of several objects at once, without those that are gone."""

    def read_ranges(self, ranges: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return the bytes from one offset up to another of several objects at once."""

    def put(self, name: str, content: bytes) -> None:
        """Write one object, durably; nobody sees half of it."""

    def put_file(self, name: str, path: Path) -> None:
        """Write the content of a local file as one object, durably; nobody sees half of it."""

    def remove(self, name: str) -> None:
        """Remove one object; nothing happens where it is gone."""


def open_store(url: str, workspace: Workspace) -> Store:
    """Return the store at *url*, a folder (relative to the project) or an fsspec URL.

    Raises:
        ConfigError: The URL cannot be used, or needs a package that is not installed.
        SnapshotStoreAway: It cannot be opened now.
    """
    if (folder := folder_of(url, workspace)) is not None:
        from nbops.snapshots.shared.folder_store import FolderStore

        return FolderStore(folder)
    from nbops.snapshots.shared.fsspec_store import FsspecStore

    return FsspecStore(url)


def folder_of(url: str, workspace: Workspace) -> Path | None:
    """Return the folder that *url* means, or None where it means a place on a network."""
    path = _FILE.sub("", url)
    return None if "://" in path or "::" in path else workspace.project / Path(path).expanduser()
