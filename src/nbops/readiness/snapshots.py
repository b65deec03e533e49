"""The snapshot store: how full it is, and whether what it says it holds can be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding
from nbops.readiness.sizes import in_bytes
from nbops.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nbops.snapshots.shared.remote import Remote
    from nbops.workspace import Workspace

_NEARLY = 0.9


def snapshots(workspace: Workspace) -> Iterator[Finding]:
    """Hold the store against its quota, and its packs against their own checksums."""
    from nbops.snapshots.packs.shelf import Shelf
    from nbops.snapshots.verify import manifests_in

    folder = workspace.snapshots
    count = len(manifests_in(folder))
    used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    quota = _quota(workspace)
    told = f"{count} in {in_bytes(used)} of the {in_bytes(quota)} allowed"
    if used >= _NEARLY * quota:
        yield Finding(
            "snapshots", LOOK, f"{told}; beyond it frames are kept by reference", "nbops snapshot gc, or snapshot_gb"
        )
    else:
        yield Finding("snapshots", WELL, told)
    shelf = Shelf(folder / "packs")
    shelf.refresh()
    if shelf.damaged:
        name, reason = next(iter(shelf.damaged.items()))
        told = f"{len(shelf.damaged)} damaged, such as {name}: {reason}"
        yield Finding("snapshots", BROKEN, told, "nbops snapshot verify names what they hurt")
    broken = [reason for path in manifests_in(folder) if (reason := _unreadable(folder, path.stem))]
    if broken:
        told = f"{len(broken)} cannot be restored, such as: {broken[0]}"
        yield Finding("snapshots", BROKEN, told, "nbops snapshot verify names them all")
    yield from _shared(workspace)


def _unreadable(folder: Path, identity: str) -> str:
    from nbops.snapshots.manifest import read_manifest

    try:
        read_manifest(folder, identity)
    except SnapshotError as error:
        return str(error)
    return ""


def _shared(workspace: Workspace) -> Iterator[Finding]:
    """Say what waits for the shared store, without asking it."""
    from nbops.recording.process.uploads import uploading

    remote = shared_store(workspace)
    if remote is None:
        return
    left, reason = uploading(workspace)
    if left:
        told = f"{left} not in {remote.shown} yet{f': {reason}' if reason else ''}"
        yield Finding("snapshots", LOOK if reason else WELL, told, "nbops sync")
    else:
        yield Finding("snapshots", WELL, f"all that were taken here are in {remote.shown}")


def shared_store(workspace: Workspace) -> Remote | None:
    """Return the shared store, if one is set and the settings can be used."""
    from nbops.snapshots.shared.remote import open_remote

    return open_remote(workspace)


def _quota(workspace: Workspace) -> float:
    return read_settings(workspace.project)[0].snapshot_gb * 1e9
