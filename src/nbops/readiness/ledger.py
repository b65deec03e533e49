"""The ledger: whether the chain of recorded events holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import VersionNotFound
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace


def ledger(workspace: Workspace) -> Iterator[Finding]:
    """Follow the chain from its first event."""
    from nbops.ledger import verify
    from nbops.recording.writing.database import database_of, unready
    from nbops.registry.open_registry import open_registry, store_uri
    from nbops.registry.record import read_ledger

    file = database_of(store_uri(workspace))
    if file is not None and file.exists() and unready(file):
        return  # told by the look at MLflow
    try:
        read = read_ledger(open_registry(workspace))
    except VersionNotFound:
        return
    found = verify(read.events)
    if not found:
        yield Finding("ledger", BROKEN, found.reason)
    else:
        yield Finding("ledger", WELL, f"{found.length} events, the chain holds, head {found.head[:12]}")
    if read.deleted:
        yield Finding("ledger", LOOK, f"{len(read.deleted)} of its runs were deleted in MLflow, though still readable")
