"""Profile a dataset that is read in parts: choose cells where there are none yet, then count part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.profiles.column import ID, NUMBER, TEXT, VECTOR, Column
from nbops.profiles.count import MANY_UNLISTED, UNLISTED, Rows
from nbops.profiles.count_labels import most_frequent
from nbops.profiles.glance import choose_cells, glance, needs_look, only_bits_in
from nbops.profiles.merge import merge
from nbops.profiles.profile import Profile, count_table
from nbops.profiles.sample_rows import SAMPLE, sample_rows
from nbops.profiles.windows import MOST

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.table import Parts, Table


@dataclass(frozen=True, slots=True)
class Plan:
    """What is counted, in which cells.

    Attributes:
        roles: Role of each column that is counted.
        cells: Columns whose cells are used.
        time, window: As in `Profile`.
        taught: Columns whose vocabulary was made from this very dataset.
    """

    roles: Mapping[str, str]
    cells: Mapping[str, Column]
    time: str | None = None
    window: str | None = None
    taught: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sum:
    """What has been counted so far.

    Attributes:
        profile: Of the parts read.
        sample: Sampled numbers, lengths or norms of each column that has quantiles.
    """

    profile: Profile | None = None
    sample: dict[str, list[np.ndarray]] = field(default_factory=dict)


def add_up(parts: Parts, plan: Plan, like: Mapping[str, Column], rows: int) -> Profile:
    """Return the profile of a dataset of *rows* rows that is read in *parts*.

    Columns for which *like* has no cells are looked at once before all are counted.

    Raises:
        ProfileError: The dataset cannot be read, or has more than 10,000 windows.
    """
    head = parts.head()
    values = {name: head.column(name) for name in plan.roles}
    unknown = [name for name in plan.roles if needs_look(like.get(name), values[name])]
    cells, taught = dict(like), frozenset[str]()
    if unknown and rows:
        seen = parts.fold(glance, unknown, rows)
        chosen = choose_cells(seen, rows)
        for name in unknown:
            bits = name in like and like[name].kind == "bool" and only_bits_in(seen, name)
            if name in chosen and not bits and chosen[name].family != _family(like.get(name)):
                cells[name] = chosen[name]
        taught = frozenset(name for name in unknown if name in cells and cells[name].kind == TEXT)
    plan = replace(plan, cells=cells, taught=taught)
    total = Sum()
    for one in parts.fold(partial(count_parts, plan), _read(plan), rows):
        _add(total, one)
    if total.profile is None:
        return count_table(head, plan.roles, plan.time, plan.window, cells)
    return _finished(total, rows)


def _family(like: Column | None) -> str:
    return like.family if like is not None and like.kind == VECTOR else ""


def _read(plan: Plan) -> list[str]:
    return list(dict.fromkeys([*plan.roles, *([plan.time] if plan.time is not None else [])]))


def count_parts(plan: Plan, parts: Iterator[Table], start: int, rows: int) -> Sum:
    """Count consecutive parts of a dataset of *rows* rows, beginning with row *start*."""
    total = Sum()
    for table in parts:
        places, ordinals = sample_rows(rows, start, table.rows)
        shared = Rows(table.rows, rows, places, ordinals, part=True)
        sample: dict[str, list[np.ndarray]] = {}
        made = count_table(table, plan.roles, plan.time, plan.window, plan.cells, shared, plan.taught, sample)
        _add(total, Sum(made, sample))
        start = (start + table.rows) % max(rows, 1)
    return total


def _add(total: Sum, one: Sum) -> None:
    if one.profile is None:
        return
    total.profile = one.profile if total.profile is None else merge(total.profile, one.profile, unlisted=MANY_UNLISTED)
    if len(total.profile.starts) > MOST:
        raise ProfileError(
            f"window={total.profile.window!r} cuts this dataset into more than {MOST:,} windows", hint="a longer window"
        )
    for name, found in one.sample.items():
        total.sample.setdefault(name, []).extend(found)


def _finished(total: Sum, rows: int) -> Profile:
    import numpy as np

    from nbops.profiles.count_numbers import order, quantiles_of

    assert total.profile is not None, "something was counted"
    columns = {}
    for name, column in total.profile.columns.items():
        done = replace(column, unlisted=most_frequent(list(column.unlisted), UNLISTED))
        if column.kind in {NUMBER, TEXT, VECTOR, ID} and name in total.sample:
            ordered = order(np.concatenate(total.sample[name]))
            if column.edges:
                done = replace(done, quantiles=quantiles_of(ordered))
            if rows <= SAMPLE and column.kind in {NUMBER, ID} and len(ordered):
                done = replace(done, distinct=int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1)
        columns[name] = done
    return replace(total.profile, columns=columns)
