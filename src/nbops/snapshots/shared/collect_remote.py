"""Give space in a shared store back, without taking anything that another workspace has, adds or relies on."""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError, SnapshotStoreAway
from nbops.snapshots.shared.store import CONDEMNED, MANIFESTS, NAMES, PACKS, Stored
from nbops.snapshots.shared.thin_remote import thin_remote
from nbops.workspace import PARTIAL

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nbops.snapshots.shared.remote import Remote

GRACE = 86_400.0
_AT_ONCE = 8
_CLOCK = f"{CONDEMNED}/clock"


def collect_remote(remote: Remote, kept: AbstractSet[str] | None, before: float) -> tuple[list[str], int]:
    """Withdraw this workspace's names from all snapshots but those *kept*, and remove what nobody needs for a day.

    A snapshot stays as long as any workspace's name refers to it; a workspace withdraws its own names only. What nobody
    refers to, and was not written within the last day, is first condemned: it gets a mark, and whoever adds to the
    store counts it as absent. It is removed by a collection at least a day later that has listed names and manifests
    after the marks, and finds that it is still not referred to and was not written again. All times are the store's.

    A pack in which something that is needed is damaged stays as it is, with a warning.

    Args:
        remote: The store.
        kept: Ids of the snapshots that this workspace goes on referring to; None is all.
        before: What was taken at or after this time (seconds since the epoch) is referred to in any case.

    Returns:
        Ids of the snapshots removed, and the bytes that came free.

    Raises:
        SnapshotError: A manifest or a list of chunks is damaged, so that nobody can tell what is needed; no chunk was
            removed.
        SnapshotStoreAway: The store does not answer.
    """
    if kept is not None:
        _withdraw(remote, kept, before)
    store = remote.store
    marks = {name.partition("/")[2]: mark for name, mark in store.names(CONDEMNED).items()}
    store.put(_CLOCK, b"")
    now = store.names(CONDEMNED)[_CLOCK].changed
    if now is None:  # a store that tells no times
        return [], 0
    manifests, packs = store.names(MANIFESTS), store.names(PACKS)
    judge = _Judge(remote, marks, now)
    referred = {f"{MANIFESTS}/{remote.parts_of(name)[0]}.json" for name in store.names(NAMES)}
    gone = judge.remove({name: stored for name, stored in manifests.items() if name not in referred}, manifests)
    needed = _needed_chunks(remote, {Path(name).stem for name in manifests if name not in gone})
    spare = _spare_packs(remote, needed, {Path(name).name for name in marks if name.startswith(PACKS)})
    for name, stored in packs.items():
        pack = Path(name).name
        known = pack in remote.shelf.tables and pack not in spare
        if known and judge.is_old(stored) and _thinned(remote, pack, needed):
            spare.add(pack)
    unneeded = {name: one for name, one in packs.items() if Path(name).name in spare or PARTIAL in name}
    removed = judge.remove(unneeded, packs)
    return [Path(name).stem for name in gone if not Path(name).name.startswith(PARTIAL)], sum(
        stored.size for stored in (gone | removed).values()
    )


class _Judge:
    """Marks what is not needed, and removes what has been marked long enough."""

    def __init__(self, remote: Remote, marks: dict[str, Stored], now: float) -> None:
        self.store, self.marks, self.now = remote.store, marks, now

    def remove(self, unneeded: dict[str, Stored], there: dict[str, Stored]) -> dict[str, Stored]:
        """Deal with the *unneeded* ones among the objects *there*; return those that were removed."""
        gone: dict[str, Stored] = {}
        for name, stored in there.items():
            mark = self.marks.get(name)
            if name not in unneeded or (mark and self._is_newer(stored, mark)):
                if mark:
                    self.store.remove(f"{CONDEMNED}/{name}")
            elif mark is None:
                if self.is_old(stored):
                    self.store.put(f"{CONDEMNED}/{name}", b"")
            elif self.is_old(mark):
                self.store.remove(name)
                self.store.remove(f"{CONDEMNED}/{name}")
                gone[name] = stored
        return gone

    def is_old(self, stored: Stored) -> bool:
        """Say whether it was written before the time within which others may be about to refer to it."""
        return stored.changed is not None and self.now - stored.changed >= GRACE

    def _is_newer(self, stored: Stored, mark: Stored) -> bool:
        return stored.changed is None or mark.changed is None or stored.changed >= mark.changed


def _withdraw(remote: Remote, kept: AbstractSet[str], before: float) -> None:
    """Remove this workspace's names of snapshots that it does not keep."""
    withdrawn: set[str] = set()
    for name in remote.store.names(f"{NAMES}/{remote.owner}"):
        snapshot_id, time = remote.parts_of(name)
        if snapshot_id not in kept and time < before:
            remote.store.remove(name)
            withdrawn.add(name)
    remote.forget_uploaded(withdrawn)  # what is taken again is uploaded again


def _needed_chunks(remote: Remote, ids: AbstractSet[str]) -> set[bytes]:
    """Return the keys of everything that any of these snapshots is made of."""
    from nbops.snapshots.packs.fetch import chunks_of

    shelf = remote.shelf
    shelf.refresh()
    remote.bring(ids)
    needs = [stream for one in ids for stream in remote.manifest(one).streams if stream.nbytes]
    streams = {stream.digest: stream.nbytes for stream in needs}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="nbops-snapshot") as pool:
        return set().union(*pool.map(lambda digest: chunks_of(digest, streams[digest], shelf), streams))


def _thinned(remote: Remote, pack: str, needed: AbstractSet[bytes]) -> bool:
    """Say whether a smaller pack has taken the place of this one; it stays where something needed of it is damaged."""
    try:
        return thin_remote(remote.shelf, pack, needed)
    except SnapshotStoreAway:
        raise
    except SnapshotError as error:
        warnings.warn(f"{error}. The pack stays", RuntimeWarning, stacklevel=4)
        return False


def _spare_packs(remote: Remote, needed: AbstractSet[bytes], condemned: AbstractSet[str]) -> set[str]:
    """Return the packs without which all that is *needed* is there; what is condemned goes before what is not."""
    spare: set[str] = set()
    found: set[bytes] = set()
    for name in sorted(remote.shelf.tables, key=lambda name: (name in condemned, name)):
        here = {row.tobytes() for row in remote.shelf.tables[name]["key"]} & needed
        if here <= found:
            spare.add(name)
        found |= here
    return spare
