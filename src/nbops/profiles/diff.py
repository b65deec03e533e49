"""Say what became of one dataset in another: columns, rows, and how their distributions changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.snapshots.diff import Difference
from nbops.snapshots.diff import diff as diff_manifests

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from nbops.snapshots.snapshot import Snapshot
    from nbops.workspace import Workspace

_MOST_VALUES = 100_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """One column that both datasets have and that differs.

    Attributes:
        column: Its label.
        sentence: How its distribution changed, in a few words.
        differing: How many values differ, where rows can be told apart by their index; None where they cannot.
    """

    column: str
    sentence: str
    differing: int | None = None


@dataclass(frozen=True, slots=True)
class DatasetDifference:
    """What became of one dataset in another. Falsy when they are the same.

    Attributes:
        difference: What the manifests tell.
        changes: Of every column of the same type that differs, and of those whose type changed.
        equal_rows: Rows of the one that the other has too, with the same values in all columns that both have with the
            same dtype, wherever they stand; None where that was not counted.
        paired: The two have the same row index, so that rows were compared one by one.
    """

    difference: Difference
    changes: tuple[Change, ...] = ()
    equal_rows: int | None = None
    paired: bool = False

    def __bool__(self) -> bool:
        return bool(self.difference)

    @property
    def rows_added(self) -> int | None:
        """Rows of the other that are not equal to one of the one."""
        return None if self.equal_rows is None else self.difference.rows_after - self.equal_rows

    @property
    def rows_removed(self) -> int | None:
        """Rows of the one that are not equal to one of the other."""
        return None if self.equal_rows is None else self.difference.rows_before - self.equal_rows


def diff(
    before: str | Snapshot, after: str | Snapshot, *, workspace: Workspace | str | Path | None = None
) -> DatasetDifference:
    """Compare two snapshots: columns (of folders: paths) that came, went or changed, rows, and distributions.

    Columns are told from the manifests alone; only where they differ are the frames restored, one after the other, to
    count rows by a 64-bit hash of their values and to summarise the columns that changed.

    Args:
        before: A snapshot, its name, id, or the first six or more digits of its id.
        after: The other one.
        workspace: Default: the one of the current directory.

    Raises:
        SnapshotNotFound: One of them is not there.
        SnapshotError: One is damaged, or one holds files and the other a frame.
        SnapshotStoreAway: The shared store does not answer, and the workspace alone does not have what was asked for.
    """
    difference = diff_manifests(before, after, workspace=workspace)
    if not difference or difference.files:
        return DatasetDifference(difference)
    try:
        return _compare(difference, workspace)
    except ProfileError:  # not rows and columns, such as an array of three dimensions
        return DatasetDifference(difference)


def _compare(difference: Difference, workspace: Workspace | str | Path | None) -> DatasetDifference:
    from nbops.profiles.frames import open_table
    from nbops.profiles.profile import profile
    from nbops.profiles.told_change import told_change

    moved = (*difference.changed, *difference.retyped)
    table = open_table(difference.before, workspace=workspace)
    old_index, old_hashes = table.frame.index, _hashes(table.frame)
    if not set(moved) & old_hashes.keys() and difference.changed:
        moved = tuple(old_hashes)  # an array, whose columns have no labels in its manifest
    former = profile(_some(table.frame, moved)) if moved else None
    del table
    table = open_table(difference.after, workspace=workspace)
    paired = len(old_index) == len(table.frame) and old_index.equals(table.frame.index)
    hashes = _hashes(table.frame)
    alike = [label for label in old_hashes if label in hashes and label not in difference.retyped]
    changes = []
    if former is not None:
        current = profile(_some(table.frame, moved), like=former)
        for label in moved:
            if label in former.columns and label in current.columns:
                known = paired and label in alike
                differing = int((old_hashes[label] != hashes[label]).sum()) if known else None
                changes.append(Change(label, told_change(former.columns[label], current.columns[label]), differing))
    equal = _equal_rows(old_hashes, hashes, alike, paired=paired) if alike else None
    return DatasetDifference(difference, tuple(changes), equal, paired and equal is not None)


def _some(frame: pd.DataFrame, labels: tuple[str, ...]) -> pd.DataFrame:
    return frame.loc[:, [str(label) in labels for label in frame.columns]].reset_index(drop=True)


def _hashes(frame: pd.DataFrame) -> dict[str, np.ndarray[Any, Any]]:
    """Return a hash of every value of every column that can be hashed; of none where that would take too long."""
    import pandas as pd

    if frame.size > _MOST_VALUES:
        return {}
    found = {}
    for at, label in enumerate(frame.columns):
        try:
            found[str(label)] = pd.util.hash_pandas_object(frame.iloc[:, at], index=False).to_numpy()
        except TypeError:  # lists and the like
            return {}
    return found


def _equal_rows(
    old: Mapping[str, np.ndarray[Any, Any]],
    new: Mapping[str, np.ndarray[Any, Any]],
    labels: list[str],
    *,
    paired: bool,
) -> int:
    import numpy as np

    if paired:
        same = np.ones(len(old[labels[0]]), bool)
        for label in labels:
            same &= old[label] == new[label]
        return int(same.sum())
    (left, times), (right, others) = (np.unique(_rows(side, labels), return_counts=True) for side in (old, new))
    _, at, there = np.intersect1d(left, right, assume_unique=True, return_indices=True)
    return int(np.minimum(times[at], others[there]).sum())


def _rows(hashes: Mapping[str, np.ndarray[Any, Any]], labels: list[str]) -> np.ndarray[Any, Any]:
    """Join the hashes of a row's values; the order of columns counts, so that swapped values differ."""
    import numpy as np

    joined = np.zeros(len(hashes[labels[0]]), "u8")
    for label in labels:
        joined = joined * np.uint64(0x9E3779B97F4A7C15) + hashes[label]
        joined ^= joined >> np.uint64(29)
    return joined
