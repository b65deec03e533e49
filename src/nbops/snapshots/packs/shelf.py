"""What the packs of a workspace hold: look up an entry by key, read it back."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, NamedTuple

from nbops.errors import SnapshotError
from nbops.snapshots.packs.pack import KEY, SUFFIX, read_index

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from numpy.typing import NDArray


class Entry(NamedTuple):
    """Where one chunk or recipe lies."""

    pack: str
    offset: int
    size: int
    kind: int


class Shelf:
    """Index of all packs in one folder, read again only where packs came or went.

    Attributes:
        folder: Where the packs lie.
        tables: Index of every pack, by file name.
        damaged: Packs whose index cannot be trusted, with the reason; they count as absent.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: dict[str, str] = {}
        self.tables: dict[str, NDArray[Any]] = {}
        self._names: list[str] = []
        self._prefixes: Any = None
        self._rows: Any = None
        self._owners: Any = None

    def refresh(self) -> None:
        """Learn of packs that other processes wrote or removed."""
        present = {path.name: path for path in self.folder.glob(f"*{SUFFIX}")} if self.folder.is_dir() else {}
        if self._prefixes is not None and present.keys() == self.tables.keys() | self.damaged.keys():
            return
        for name, path in present.items():
            if name not in self.tables and name not in self.damaged:
                try:
                    self.tables[name] = read_index(path)
                except SnapshotError as error:
                    self.damaged[name] = str(error)
                except FileNotFoundError:
                    continue
        self.tables = {name: table for name, table in self.tables.items() if name in present}
        self.damaged = {name: reason for name, reason in self.damaged.items() if name in present}
        self._sort()

    def _sort(self) -> None:
        """Make the entries of all tables findable."""
        import numpy as np

        self._names = list(self.tables)
        tables = list(self.tables.values())
        prefixes = np.concatenate([np.empty(0, "<u8"), *(table["key"][:, 0] for table in tables)])
        owners = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
        rows = np.concatenate([np.empty(0, int), *(np.arange(len(table)) for table in tables)])
        order = np.argsort(prefixes, kind="stable")
        self._prefixes, self._owners, self._rows = prefixes[order], owners[order], rows[order]

    def find(self, digest: bytes) -> Entry | None:
        """Return the entry whose key *digest* begins with; None where there is none."""
        import numpy as np

        wanted = np.frombuffer(digest[:KEY], "<u8")
        at = int(self._prefixes.searchsorted(wanted[0]))
        while at < len(self._prefixes) and self._prefixes[at] == wanted[0]:
            name = self._names[self._owners[at]]
            entry = self.tables[name][self._rows[at]]
            if entry["key"][1] == wanted[1]:
                return Entry(self._shown(name), int(entry["offset"]), int(entry["size"]), int(entry["kind"]))
            at += 1
        return None

    def __contains__(self, digest: bytes) -> bool:
        return self.find(digest) is not None

    def entries(self, name: str) -> list[tuple[bytes, Entry]]:
        """Return key and place of everything in the pack *name*."""
        shown = self._shown(name)
        return [
            (row["key"].tobytes(), Entry(shown, int(row["offset"]), int(row["size"]), int(row["kind"])))
            for row in self.tables[name]
        ]

    def spare(self, name: str, needed: AbstractSet[bytes]) -> int:
        """Return the bytes that the pack *name* would save without what is not *needed*; 0 where most of it is."""
        sizes = [(entry.size, key in needed) for key, entry in self.entries(name)]
        total, used = sum(size for size, _ in sizes), sum(size for size, live in sizes if live)
        return total - used if 2 * used < total else 0

    def read(self, entries: Sequence[Entry]) -> list[bytes]:
        """Return the bytes of *entries* as they are stored.

        Raises:
            SnapshotError: A pack is gone or cut short.
        """
        found: list[bytes] = []
        with ExitStack() as stack:
            files: dict[str, int] = {}
            for entry in entries:
                try:
                    if entry.pack not in files:
                        file = stack.enter_context((self.folder / entry.pack).open("rb", buffering=0))
                        files[entry.pack] = file.fileno()
                    found.append(os.pread(files[entry.pack], entry.size, entry.offset))
                except OSError as error:
                    raise SnapshotError(f"pack {entry.pack} cannot be read: {error.strerror}") from error
                if len(found[-1]) != entry.size:
                    raise SnapshotError(f"pack {entry.pack} is damaged: it is too short")
        return found

    def _shown(self, name: str) -> str:
        """Return what entries and sentences call the pack *name*."""
        return name
