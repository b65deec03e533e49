"""What the packs of a shared store hold, read in ranges; and the workspace's own packs and those together."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.packs.pack import SUFFIX, index_of, table_of
from nbops.snapshots.packs.shelf import Entry, Shelf
from nbops.snapshots.shared.store import PACKS
from nbops.workspace import write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from nbops.snapshots.shared.store import Store, Stored

_TAIL = 16 << 10  # holds the index of some 500 chunks; larger packs take a second request
_GAP, _SPAN = 256 << 10, 8 << 20
_AT_ONCE = 8
_PACK = re.compile(rf"[0-9a-f]{{32}}{re.escape(SUFFIX)}")


class RemoteShelf(Shelf):
    """Index of all packs in a shared store. Indexes never change and are kept in *folder*.

    Attributes:
        sizes: The packs there are, by file name.
    """

    def __init__(self, store: Store, folder: Path, *, trusting: bool = True) -> None:
        """Know of nothing yet.

        Args:
            store: Where the packs are.
            folder: Where their indexes are kept.
            trusting: Use the indexes kept; otherwise read those of the store.
        """
        super().__init__(folder)
        self.store, self.trusting = store, trusting
        self.sizes: dict[str, Stored] = {}
        self._held: dict[tuple[str, int], bytes] = {}

    def refresh(self) -> None:
        """Learn of packs that others wrote or removed.

        Raises:
            SnapshotStoreAway: The store does not answer.
        """
        listed = {name.rpartition("/")[2]: stored for name, stored in self.store.names(PACKS).items()}
        self.sizes = {name: stored for name, stored in listed.items() if _PACK.fullmatch(name)}
        missing = [name for name in self.sizes if name not in self.tables]
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="nbops-snapshot") as pool:
            for name, found in zip(missing, pool.map(self._table, missing), strict=True):
                if isinstance(found, str):
                    self.damaged[self._shown(name)] = found
                elif found is not None:
                    self.tables[name] = found
        # Sorted, so that everybody takes a chunk that two packs hold from the same one.
        self.tables = {name: self.tables[name] for name in sorted(self.tables) if name in self.sizes}
        self._sort()

    def adopt(self, name: str, table: NDArray[Any]) -> None:
        """Know of a pack that was just written to the store."""
        self.tables[name] = table
        self._sort()

    def without(self, names: Iterable[str]) -> None:
        """Count the packs with these names as absent."""
        for name in names:
            self.tables.pop(name, None)
        self._sort()

    def read(self, entries: Sequence[Entry]) -> list[bytes]:
        """Return the bytes of *entries* as they are stored.

        Raises:
            SnapshotError: A pack is gone or cut short.
            SnapshotStoreAway: The store does not answer.
        """
        absent = [entry for entry in entries if entry[:2] not in self._held]
        fresh = self._read(absent) if absent else {}
        return [fresh.get(entry[:2]) or self._held[entry[:2]] for entry in entries]

    def hold(self, keys: Iterable[bytes]) -> None:
        """Read the entries with these keys at once, in few and large ranges, and keep them until `release`."""
        entries = [entry for key in keys if (entry := self.find(key)) is not None]
        self._held |= self._read([entry for entry in entries if entry[:2] not in self._held])

    def release(self) -> None:
        """Forget what was held."""
        self._held.clear()

    def _read(self, entries: Sequence[Entry]) -> dict[tuple[str, int], bytes]:
        spans: list[list[Entry]] = []
        for entry in sorted(entries):
            last = spans[-1][-1] if spans else None
            if (
                last is not None
                and last.pack == entry.pack
                and entry.offset - (last.offset + last.size) <= _GAP
                and entry.offset + entry.size - spans[-1][0].offset <= _SPAN
            ):
                spans[-1].append(entry)
            else:
                spans.append([entry])
        ranges = [
            (f"{PACKS}/{span[0].pack.rpartition('/')[2]}", span[0].offset, span[-1].offset + span[-1].size)
            for span in spans
        ]
        found: dict[tuple[str, int], bytes] = {}
        for span, content in zip(spans, self.store.read_ranges(ranges), strict=True):
            for entry in span:
                at = entry.offset - span[0].offset
                found[entry.pack, entry.offset] = part = content[at : at + entry.size]
                if len(part) != entry.size:
                    raise SnapshotError(f"pack {entry.pack} is damaged: it is too short")
        return found

    def _table(self, name: str) -> NDArray[Any] | str | None:
        """Return the index of a pack, why it cannot be trusted, or None where the pack is gone."""
        path, proof = self.folder / f"{name}.index", bytes.fromhex(name.removesuffix(SUFFIX))
        if self.trusting:
            with suppress(OSError):
                if (kept := table_of(path.read_bytes(), proof)) is not None:
                    return kept
        size, where = self.sizes[name].size, f"{PACKS}/{name}"
        low = max(0, size - _TAIL)
        try:
            (tail,) = self.store.read_ranges([(where, low, size)]) if size else (b"",)
        except SnapshotStoreAway:
            raise
        except SnapshotError:
            return None
        try:
            table = index_of(self._shown(name), size, partial(self._piece, where, low, tail))
        except SnapshotStoreAway:
            raise
        except SnapshotError as error:
            return str(error)
        if self.trusting:
            with suppress(OSError):
                write_file(path, table.tobytes())
        return table

    def _piece(self, where: str, low: int, tail: bytes, start: int, end: int) -> bytes:
        return tail[start - low : end - low] if start >= low else self.store.read_ranges([(where, start, end)])[0]

    def _shown(self, name: str) -> str:
        return f"{self.store.shown}/{PACKS}/{name}"


class BothShelves(Shelf):
    """The workspace's own packs first, the shared store's where that is not enough."""

    def __init__(self, near: Shelf, far: RemoteShelf) -> None:
        super().__init__(near.folder)
        self.near, self.far = near, far
        self.damaged = near.damaged | far.damaged

    def find(self, digest: bytes) -> Entry | None:
        """Return the entry whose key *digest* begins with; None where there is none."""
        return self.near.find(digest) or self.far.find(digest)

    def read(self, entries: Sequence[Entry]) -> list[bytes]:
        """Return the bytes of *entries* as they are stored.

        Raises:
            SnapshotError: A pack is gone or cut short.
            SnapshotStoreAway: The store does not answer.
        """
        far = [entry for entry in entries if "/" in entry.pack]
        near = [entry for entry in entries if "/" not in entry.pack]
        parts = {"far": iter(self.far.read(far)), "near": iter(self.near.read(near))}
        return [next(parts["far" if "/" in entry.pack else "near"]) for entry in entries]

    def hold(self, keys: Iterable[bytes]) -> list[tuple[bytes, Entry]]:
        """Read those of the entries with these *keys* that only the shared store has, at once; return them."""
        absent = [(key, entry) for key in keys if self.near.find(key) is None and (entry := self.far.find(key))]
        self.far.hold(key for key, _ in absent)
        return absent
