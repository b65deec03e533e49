"""Find one snapshot by what a person calls it."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nbops.errors import SnapshotNotFound
from nbops.snapshots.manifest import read_manifest
from nbops.snapshots.names import Taken, read_taken
from nbops.snapshots.snapshot import Snapshot, snapshot_of
from nbops.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from pathlib import Path

_SHORTEST = 6
_PREFIX = re.compile(rf"[0-9a-f]{{{_SHORTEST},64}}")


def describe(ref: str | Snapshot, *, workspace: Workspace | str | Path | None = None) -> Snapshot:
    """Return the snapshot that *ref* stands for, without reading its content.

    Args:
        ref: A name (the latest snapshot that bears it), an id, or the first six or more digits of an id.
        workspace: Default: the one of the current directory.

    Raises:
        SnapshotNotFound: There is none, or the digits fit several; the hint has what comes near.
        SnapshotError: Its manifest is damaged.
    """
    folder = place_of(workspace).snapshots
    taken = resolve(ref.id if isinstance(ref, Snapshot) else ref, folder)
    return snapshot_of(read_manifest(folder, taken.id), taken)


def resolve(ref: str, folder: Path) -> Taken:
    """Return the latest entry of the names log in *folder* that *ref* stands for.

    Raises:
        SnapshotNotFound: There is none, or several.
    """
    present = {path.stem for path in (folder / "manifests").glob("*.json")}
    taken = [entry for entry in read_taken(folder) if entry.id in present]
    named = [entry for entry in taken if entry.name == ref]
    if named:
        return named[-1]
    fits = sorted(identity for identity in present if _PREFIX.fullmatch(ref) and identity.startswith(ref))
    if len(fits) == 1:
        return next((entry for entry in reversed(taken) if entry.id == fits[0]), Taken(fits[0], None, 0.0, 0))
    if fits:
        raise SnapshotNotFound(f"{ref!r} fits {len(fits)} snapshots", hint=", ".join(one[:12] for one in fits[:5]))
    names = sorted({entry.name for entry in taken if entry.name})
    near = get_close_matches(ref, names, 3, 0.5) or names[-5:]
    raise SnapshotNotFound(f"no snapshot is called {ref!r}", hint=", ".join(near) or SnapshotNotFound.hint)


def place_of(workspace: Workspace | str | Path | None) -> Workspace:
    """Return the workspace meant, without creating it."""
    return workspace if isinstance(workspace, Workspace) else find_workspace(workspace)
