"""Summarise a dataset in a few kilobytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import IGNORED, ROLES, TIME, Column

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from nbops.profiles.frames import Table
    from nbops.workspace import Workspace

_MANY_VALUES = 2_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """Compact statistical summary of one dataset.

    Attributes:
        rows: Number of rows.
        columns: Column by label, in the dataset's order.
        name: What the dataset is called, where known.
        time: Column that says when a row happened.
        window: Length of the windows, such as `1D`.
        start: ISO date of the first row, by `time`.
        end: ISO date of the last row.
        starts: ISO start of every window that holds rows.
        window_rows: Rows of each window.
        duplicates: Labels that occurred more than once; the first column of that label was counted.
        published: Small counts and extreme values have been folded away.
    """

    rows: int
    columns: Mapping[str, Column] = field(repr=False)
    name: str | None = None
    time: str | None = None
    window: str | None = None
    start: str | None = None
    end: str | None = None
    starts: tuple[str, ...] = field(default=(), repr=False)
    window_rows: tuple[int, ...] = field(default=(), repr=False)
    duplicates: tuple[str, ...] = ()
    published: bool = False

    def to_json(self, *, publish: bool = False) -> str:
        """Return the profile as JSON text; with *publish*, what `published()` leaves of it."""
        from nbops.profiles.wire import encode

        return encode(self.published_copy() if publish else self)

    @staticmethod
    def from_json(text: str | bytes | Mapping[str, Any]) -> Profile:
        """Return the profile that *text* (or already parsed JSON) stands for.

        Raises:
            ProfileError: It is no profile, or one of a newer version.
        """
        from nbops.profiles.wire import decode

        return decode(text)

    def merge(self, other: Profile) -> Profile:
        """Return the profile of both datasets together. Counts are exact; quantiles are read from the counts.

        Raises:
            ProfileError: The two were counted in different cells.
        """
        from nbops.profiles.merge import merge

        return merge(self, other)

    def published_copy(self) -> Profile:
        """Return a copy that may leave the workspace: values held by fewer than ten rows are folded into others."""
        from nbops.profiles.publish import publish

        return publish(self)


def profile(
    df: Any,
    *,
    time: str | None = None,
    window: str | None = None,
    roles: Mapping[str, str] | None = None,
    like: Profile | None = None,
    name: str | None = None,
    workspace: Workspace | str | Path | None = None,
) -> Profile:
    """Summarise *df* in a few kilobytes, without keeping a row.

    Args:
        df: DataFrame, Series, array, Arrow table, snapshot (or its name or id), path of a CSV or Parquet file. A
            `Profile` is given back as it is.
        time: Column that says when a row happened.
        window: Also count per window of this length (`1D`, `6h`, `30min`, `1W`), or of so many rows (`1000 rows`: in
            the order of *time*, or as they come without), so that limits can be calibrated on the dataset itself; one
            day when only *time* is given.
        roles: Column → `feature` (default), `prediction`, `label`, `performance`, `time` or `ignored`.
        like: Count in the cells of this profile, and take its time, window and roles where none are given.
        name: What to call the dataset.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ProfileError: *df* is no dataset, or *time*, *window* or a role does not fit it.
        SnapshotNotFound: *df* is a text that names neither a file nor a snapshot.
    """
    from nbops.profiles.frames import open_table
    from nbops.profiles.windows import counts_rows

    if isinstance(df, Profile):
        return df
    table = open_table(df, workspace=workspace)
    inherited = like is not None and time is None and like.time in table.names and table.holds_times(str(like.time))
    if like is not None and inherited:
        time, window = like.time, window or like.window
    if like is not None and window is None and counts_rows(like.window or ""):
        window = like.window
    if window is not None and time is None and not counts_rows(window):
        raise ProfileError(f"window={window!r} needs a column that says when a row happened", hint='time="COLUMN"')
    if time is not None and window is None:
        window = "1D"
    wanted = {column.name: column.role for column in like.columns.values()} if like is not None else {}
    wanted |= _checked({**(roles or {}), **({time: TIME} if time is not None else {})}, table)
    made = _summarise(table, time, window, wanted, like)
    return replace(made, name=name or table.name)


def _checked(roles: Mapping[str, str], table: Table) -> dict[str, str]:
    for column, role in roles.items():
        if column not in table.names:
            raise ProfileError(f"there is no column {column!r}", hint=", ".join(table.names[:20]))
        if role not in ROLES:
            raise ProfileError(f"{role!r} of column {column!r} is not a role", hint=", ".join(ROLES))
    return dict(roles)


def _summarise(
    table: Table, time: str | None, window: str | None, roles: Mapping[str, str], like: Profile | None
) -> Profile:
    import os
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from nbops.profiles.count import SAMPLE, Rows, count
    from nbops.profiles.windows import counts_rows, iso, number_rows, number_windows

    index: np.ndarray | None = None
    starts: tuple[str, ...] = ()
    span: tuple[str | None, str | None] = (None, None)
    seconds: np.ndarray | None = None
    if time is not None and window is not None:
        seconds, missing = table.times(time)
        if not counts_rows(window):
            index, starts = number_windows(seconds, missing, window)
        if not missing.all():
            span = iso(seconds[~missing].min()), iso(seconds[~missing].max())
    if window is not None and counts_rows(window):
        index, starts = number_rows(table.rows, window, seconds)
    sample = None
    if table.rows > SAMPLE:
        sample = np.random.default_rng(0).integers(0, table.rows, SAMPLE)
        sample.sort()
    rows = Rows(table.rows, sample, index, len(starts))

    def column(name: str) -> Column:
        former = like.columns.get(name) if like is not None else None
        role = roles.get(name, "feature")
        return count(table.column(name), rows, role=role, like=former)

    names = [name for name in table.names if roles.get(name) != IGNORED]
    if table.rows * len(names) > _MANY_VALUES:
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            columns = list(pool.map(column, names))
    else:
        columns = [column(name) for name in names]
    inside = np.bincount(index[index >= 0], minlength=len(starts)).tolist() if index is not None else ()
    return Profile(
        table.rows, dict(zip(names, columns, strict=True)), None, time, window, *span, tuple(starts), tuple(inside),
        table.duplicates,
    )  # fmt: skip
