"""The file system and the disk that the workspace lies on."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.readiness.sizes import in_bytes
from nbops.workspace import is_on_network

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_LEAST_FREE = 0.1
_JOURNAL_NEEDS = 16_000_000


def place(workspace: Workspace) -> Iterator[Finding]:
    """Say what kind of file system it is, and how much room is left."""
    if is_on_network(workspace.root):
        yield Finding(
            "file system", LOOK, "a network one: SQLite goes without WAL, other hosts' kernels count as alive"
        )
    usage = shutil.disk_usage(workspace.root)
    share = usage.free / usage.total
    told = f"{in_bytes(usage.free)} free of {in_bytes(usage.total)}"
    if usage.free < _JOURNAL_NEEDS:
        yield Finding("disk", BROKEN, f"{told}: the next records may not fit", "free some space")
    elif share <= _LEAST_FREE:
        yield Finding("disk", LOOK, f"{told}; snapshots stop at 10 %, runs go on", "nbops snapshot gc")
    else:
        yield Finding("disk", WELL, told)
