"""Find the snapshots that the shared store has not got yet, without asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.snapshots.manifest import manifest_path
from nbops.snapshots.names import Taken, read_taken
from nbops.snapshots.shared.remote import Remote, open_remote

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_DAY = 86_400.0


def waiting_uploads(workspace: Workspace, remote: Remote | None = None) -> list[Taken]:
    """Return what *workspace* took and did not upload, oldest first; nothing where no shared store is set.

    That the same content was taken again under the same name is worth one object a day in the store, not thousands.

    Args:
        workspace: Whose snapshots.
        remote: The store; default: the one that the settings name.
    """
    remote = remote or open_remote(workspace)
    if remote is None:
        return []
    done = remote.uploaded()
    found: list[Taken] = []
    known: dict[str | None, Taken] = {}
    for taken in read_taken(workspace.snapshots):
        called = taken.name or taken.id
        former = known.get(called)
        if remote.object_of(taken) in done:
            known[called] = taken
            continue
        again = former is not None and former.id == taken.id and taken.time - former.time < _DAY
        if not again and manifest_path(workspace.snapshots, taken.id).exists():
            known[called] = taken
            found.append(taken)
    return found
