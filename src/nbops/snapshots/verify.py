"""Prove that every snapshot can still be restored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.snapshots.describe import place_of
from nbops.snapshots.lock import shared
from nbops.snapshots.manifest import read_manifest

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.snapshots.shelf import Shelf
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Damage:
    """One snapshot that can no longer be restored.

    Attributes:
        id: Of the snapshot.
        reason: What is missing or damaged, as a sentence.
    """

    id: str
    reason: str


def verify(workspace: Workspace | str | Path | None = None) -> list[Damage]:
    """Read and check everything stored in *workspace*; an empty answer means that all of it can be restored."""
    from nbops.snapshots.shelf import Shelf

    folder = place_of(workspace).snapshots
    with shared(folder):
        shelf = Shelf(folder / "packs")
        shelf.refresh()
        sound: dict[bytes, str] = {}
        checked = [(path.stem, _reason(folder, path.stem, shelf, sound)) for path in manifests_in(folder)]
    return [Damage(identity, reason) for identity, reason in checked if reason]


def manifests_in(folder: Path) -> list[Path]:
    """Return the manifests in a snapshots folder, sorted by id."""
    return sorted((folder / "manifests").glob("*.json"))


def _reason(folder: Path, identity: str, shelf: Shelf, seen: dict[bytes, str]) -> str:
    """Return why the snapshot cannot be restored, or nothing; every stream is read once for all snapshots."""
    from nbops.snapshots.fetch import fetch_stream

    try:
        manifest = read_manifest(folder, identity)
    except SnapshotError as error:
        return str(error)
    for part in (*manifest.columns, *manifest.axes):
        for stream in part.streams:
            if stream.digest not in seen:
                try:
                    fetch_stream(stream.digest, stream.nbytes, shelf)
                    seen[stream.digest] = ""
                except SnapshotError as error:
                    seen[stream.digest] = str(error)
            if seen[stream.digest]:
                return f"{part.called}: {seen[stream.digest]}"
    return ""
