"""Find one snapshot by what a person calls it."""

from __future__ import annotations

import re
import warnings
from difflib import get_close_matches
from typing import TYPE_CHECKING

from nbops.errors import SnapshotNotFound, SnapshotStoreAway
from nbops.snapshots.manifest import Manifest, manifest_path, read_manifest
from nbops.snapshots.names import Taken, read_taken
from nbops.snapshots.shared.remote import Remote, open_remote
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
        SnapshotStoreAway: The shared store does not answer, and the workspace alone does not have what was asked for.
    """
    place = place_of(workspace)
    remote = open_remote(place)
    taken = resolve(ref.id if isinstance(ref, Snapshot) else ref, place.snapshots, remote)
    return snapshot_of(manifest_of(taken.id, place.snapshots, remote), taken)


def resolve(ref: str, folder: Path, remote: Remote | None = None) -> Taken:
    """Return the latest entry of the names log in *folder*, and of the shared store's, that *ref* stands for.

    A whole id that *folder* has is not asked for elsewhere. Where the store does not answer, what *folder* knows will
    do, with a warning.

    Raises:
        SnapshotNotFound: There is none, or several.
        SnapshotStoreAway: The store does not answer, and *folder* knows none.
    """
    present = {path.stem for path in (folder / "manifests").glob("*.json")}
    taken = [entry for entry in read_taken(folder) if entry.id in present]
    if remote is None or ref in present:
        return _resolve(ref, present, taken)
    try:
        far, told = remote.ids(), remote.taken()
    except SnapshotStoreAway as error:
        try:
            found = _resolve(ref, present, taken)
        except SnapshotNotFound:
            raise error from None
        warnings.warn(f"{error}. {ref!r} is taken from this workspace alone", RuntimeWarning, stacklevel=4)
        return found
    return _resolve(ref, present | far, joined(taken, [entry for entry in told if entry.id in far]))


def joined(here: list[Taken], there: list[Taken]) -> list[Taken]:
    """Return what was taken according to the one or the other, oldest first."""
    return sorted(dict.fromkeys([*here, *there]), key=lambda entry: entry.time)


def manifest_of(snapshot_id: str, folder: Path, remote: Remote | None = None) -> Manifest:
    """Return the manifest with that id, from *folder* or else from the shared store.

    Raises:
        SnapshotError: It is missing, damaged, or of a newer format.
        SnapshotStoreAway: The store does not answer.
    """
    if remote is None or manifest_path(folder, snapshot_id).exists():
        return read_manifest(folder, snapshot_id)
    return remote.manifest(snapshot_id)


def _resolve(ref: str, present: set[str], taken: list[Taken]) -> Taken:
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
