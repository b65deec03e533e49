"""Write what is still needed of a pack in a shared store as a smaller pack, so that the large one can go."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.snapshots.packs.pack import SUFFIX
from nbops.snapshots.packs.thin import thin
from nbops.snapshots.shared.store import PACKS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from nbops.snapshots.shared.remote_shelf import RemoteShelf


def thin_remote(shelf: RemoteShelf, name: str, needed: AbstractSet[bytes]) -> bool:
    """Thin the pack *name* of a shared store; return whether that was worth it. The old pack stays, for its readers.

    Raises:
        SnapshotError: What is needed of it is damaged.
        SnapshotStoreAway: The store does not answer.
    """
    with tempfile.TemporaryDirectory(prefix="nbops-snapshot-") as folder:
        worth = thin(shelf, name, needed, Path(folder))
        for path in Path(folder).glob(f"*{SUFFIX}"):
            shelf.store.put_file(f"{PACKS}/{path.name}", path)
    return worth
