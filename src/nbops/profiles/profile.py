"""Summarise a dataset in a few kilobytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import FEATURE, ID, IGNORED, NUMBER, ROLES, TEXT, TIME, VECTOR, Column
from nbops.profiles.sampled_numbers import sampled_numbers
from nbops.profiles.windows import window_seconds

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.table import Table
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
        df: Frame of pandas, Polars (lazy ones are run), Spark or another library that narwhals reads, Series, array,
            Arrow table or dataset, DuckDB relation, mapping of columns (arrays of two dimensions are vectors), snapshot
            (or its name or id), path of a CSV file, of a Parquet file or of a folder of them. What is not in memory is
            read in parts, or on the cluster where it lies, and never whole. A `Profile` is given back as it is.
        time: Column that says when a row happened.
        window: Also count per window of this length (`1D`, `6h`, `30min`, `1W`), or of so many rows (`1000 rows`: in
            the order of *time*, or as they come without), so that limits can be calibrated on the dataset itself; one
            day when only *time* is given.
        roles: Column → `feature` (default), `prediction`, `label`, `performance`, `time` or `ignored`.
        like: Count in the cells of this profile, and take its time, window and roles where none are given.
        name: What to call the dataset.
        workspace: Where snapshots lie; default: the one of the current directory.

    Raises:
        ProfileError: *df* is no dataset, cannot be read, or *time*, *window* or a role does not fit it.
        SnapshotNotFound: *df* is a text that names neither a file nor a snapshot.
    """
    from nbops.profiles.frames import IN_MEMORY, open_dataset
    from nbops.profiles.table import Parts
    from nbops.profiles.windows import counts_rows

    if isinstance(df, Profile):
        return df
    opened = open_dataset(df, workspace=workspace)
    parts = opened if isinstance(opened, Parts) else None
    rows = parts.count_rows() if parts is not None else 0
    if parts is not None and rows * len(parts.names) <= IN_MEMORY and not parts.distributed:
        opened, parts = parts.whole(), None
    table = opened.head() if isinstance(opened, Parts) else opened
    if like is not None and time is None and like.time in table.names and table.holds_times(str(like.time)):
        time, window = like.time, window or like.window
    if like is not None and window is None and counts_rows(like.window or ""):
        window = like.window
    if window is not None and time is None and not counts_rows(window):
        raise ProfileError(f"window={window!r} needs a column that says when a row happened", hint='time="COLUMN"')
    if time is not None and window is None:
        window = "1D"
    wanted = {column.name: column.role for column in like.columns.values()} if like is not None else {}
    wanted |= _checked({**(roles or {}), **({time: TIME} if time is not None else {})}, table)
    counted = {label: wanted.get(label, FEATURE) for label in table.names if wanted.get(label) != IGNORED}
    cells = like.columns if like is not None else {}
    if parts is not None:
        from nbops.profiles.add_up import Plan, add_up

        if window is not None and counts_rows(window):
            raise ProfileError(
                "windows of so many rows cannot be cut from data that are read in parts",
                hint='window="1D" with time="COLUMN"',
            )
        if window is not None:
            window_seconds(window)
        made = add_up(parts, Plan(counted, cells, time, window), cells, rows)
    else:
        made = count_table(table, counted, time, window, cells)
    return replace(made, name=name or opened.name)


def _checked(roles: Mapping[str, str], table: Table) -> dict[str, str]:
    for column, role in roles.items():
        if column not in table.names:
            raise ProfileError(f"there is no column {column!r}", hint=", ".join(table.names[:20]))
        if role not in ROLES:
            raise ProfileError(f"{role!r} of column {column!r} is not a role", hint=", ".join(ROLES))
    return dict(roles)


def count_table(
    table: Table,
    roles: Mapping[str, str],
    time: str | None,
    window: str | None,
    cells: Mapping[str, Column],
    shared: Rows | None = None,
    taught: frozenset[str] = frozenset(),
    sample: dict[str, list[np.ndarray]] | None = None,
) -> Profile:
    """Count the columns of *table* that have a role.

    Args:
        table: In memory.
        roles: Role of each column to count.
        time: As in `Profile`.
        window: As in `Profile`.
        cells: Columns whose cells are used where they fit.
        shared: Rows of this part of a larger table; all by default.
        taught: Columns whose vocabulary was made from the table itself.
        sample: Where to put the sampled values of each column that has quantiles.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    from nbops.profiles.count import Rows, count
    from nbops.profiles.sample_rows import SAMPLE, sample_rows

    index, starts, span = _windows(table, time, window)
    if shared is None:
        places, ordinals = sample_rows(table.rows, 0, table.rows) if table.rows > SAMPLE else (None, None)
        shared = Rows(table.rows, table.rows, places, ordinals)
    rows = replace(shared, window=index, windows=len(starts))

    def column(name: str) -> Column:
        values = table.column(name)
        made = count(values, replace(rows, held_out=name in taught), role=roles[name], like=cells.get(name))
        if sample is not None and made.kind in {NUMBER, TEXT, ID, VECTOR}:
            sample[name] = [sampled_numbers(values, rows)]
        return made

    if table.rows * len(roles) > _MANY_VALUES:
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            columns = list(pool.map(column, roles))
    else:
        columns = [column(name) for name in roles]
    inside = np.bincount(index[index >= 0], minlength=len(starts)).tolist() if index is not None else ()
    return Profile(
        table.rows, dict(zip(roles, columns, strict=True)), None, time, window, *span, starts, tuple(inside),
        table.duplicates,
    )  # fmt: skip


def _windows(
    table: Table, time: str | None, window: str | None
) -> tuple[np.ndarray | None, tuple[str, ...], tuple[str | None, str | None]]:
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
    return index, tuple(starts), span
