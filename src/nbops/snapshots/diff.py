"""Say what differs between two snapshots, from their manifests alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.errors import SnapshotError
from nbops.snapshots.describe import describe, manifest_of, place_of
from nbops.snapshots.manifest import FILE, FOLDER, Manifest, StoredColumn
from nbops.snapshots.shared.remote import open_remote

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.snapshots.snapshot import Snapshot
    from nbops.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one snapshot in another. Falsy when they are the same dataset.

    Attributes:
        before: Id of the one.
        after: Id of the other.
        added: Labels of columns (of folders: paths) that only the other has.
        removed: Labels of columns that only the one has.
        retyped: Labels of columns whose dtype differs; paths that became executable, a link, a folder, or no longer
            are.
        changed: Labels of columns of the same dtype whose values differ; paths whose content differs.
        rows_before: Rows of the one; of a folder, its files.
        rows_after: Rows of the other.
        index_changed: Whether row index or column labels differ.
        files: Whether both are files or folders, so that labels are paths.
    """

    before: str
    after: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    retyped: tuple[str, ...]
    changed: tuple[str, ...]
    rows_before: int
    rows_after: int
    index_changed: bool
    files: bool = False

    def __bool__(self) -> bool:
        return self.before != self.after


def diff(
    before: str | Snapshot, after: str | Snapshot, *, workspace: Workspace | str | Path | None = None
) -> Difference:
    """Compare two snapshots column by column; their content is not read.

    Args:
        before: A snapshot, its name, id, or the first six or more digits of its id.
        after: The other one.
        workspace: Default: the one of the current directory.

    Raises:
        SnapshotNotFound: One of them is not there.
        SnapshotError: A manifest is damaged, or one holds files and the other a frame.
        SnapshotStoreAway: The shared store does not answer, and the workspace alone does not have what was asked for.
    """
    one, other = (describe(ref, workspace=workspace) for ref in (before, after))
    place = place_of(workspace)
    remote = open_remote(place)
    old, new = (manifest_of(found.id, place.snapshots, remote) for found in (one, other))
    files = [manifest.kind in {FILE, FOLDER} for manifest in (old, new)]
    if files[0] != files[1]:
        raise SnapshotError(f"a {old.kind} and a {new.kind} have nothing in common that could be compared")
    left, right = _by_label(old), _by_label(new)
    both = [label for label in left if label in right]
    return Difference(
        one.id,
        other.id,
        added=tuple(label for label in right if label not in left),
        removed=tuple(label for label in left if label not in right),
        retyped=tuple(label for label in both if left[label].dtype != right[label].dtype),
        changed=tuple(label for label in both if _changed(left[label], right[label])),
        rows_before=old.rows,
        rows_after=new.rows,
        index_changed=old.axes != new.axes,
        files=files[0],
    )


def _by_label(manifest: Manifest) -> dict[str, StoredColumn]:
    return dict(zip(manifest.dtypes, manifest.columns, strict=True))


def _changed(one: StoredColumn, other: StoredColumn) -> bool:
    return one.dtype == other.dtype and (one.streams != other.streams or one.type != other.type)
