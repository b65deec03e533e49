"""Add two profiles up."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from nbops.errors import ProfileError
from nbops.profiles.column import EMPTY, Column
from nbops.profiles.count import UNLISTED
from nbops.profiles.count_labels import most_frequent
from nbops.profiles.profile import Profile
from nbops.profiles.read_quantile import read_quantile
from nbops.profiles.sketch import add_sketches, read_sketch
from nbops.profiles.vector import FEATURES, Vector
from nbops.profiles.windows import counts_rows
from nbops.profiles.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

_Value = TypeVar("_Value", str, float)


def merge(one: Profile, two: Profile, *, unlisted: int = UNLISTED) -> Profile:
    """Return the profile of both datasets together.

    Counts are exact, but those of the *unlisted* most frequent values without a cell are of what each profile kept.
    Numbers of different values are within about 2 % where both profiles have sketches, else those of the larger one.

    Raises:
        ProfileError: They have different columns, cells or windows.
    """
    if not one.rows or not two.rows:
        return one if not two.rows else two
    apart = sorted(one.columns.keys() ^ two.columns.keys())
    if apart:
        raise ProfileError(f"only one of the two profiles has {', '.join(map(repr, apart[:5]))}")
    if (one.time, one.window) != (two.time, two.window):
        raise ProfileError(f"windows differ: {one.time} {one.window} and {two.time} {two.window}")
    if counts_rows(one.window or ""):
        raise ProfileError("windows of rows cannot be added up, since each dataset counts its own", hint='window="1D"')
    starts = tuple(sorted({*one.starts, *two.starts}))
    columns = {}
    for name, column in one.columns.items():
        pair = _alike(column, two.columns[name])
        windows = _windows(one, two, starts, *pair) if starts else b""
        columns[name] = replace(
            _added(*pair, windows, unlisted),
            vector=_vectors((one, two), starts, pair),
            words=_words((one, two), starts, pair),
        )
    rows = dict.fromkeys(starts, 0)
    for part in (one, two):
        for start, count in zip(part.starts, part.window_rows, strict=True):
            rows[start] += count
    return replace(
        one,
        rows=one.rows + two.rows,
        columns=columns,
        start=_first(min, one.start, two.start),
        end=_first(max, one.end, two.end),
        starts=starts,
        window_rows=tuple(rows.values()),
        duplicates=tuple(dict.fromkeys(one.duplicates + two.duplicates)),
        published=one.published or two.published,
    )


def _alike(one: Column, two: Column) -> tuple[Column, Column]:
    """Give a column without any value the cells of the other."""
    if one.kind == EMPTY != two.kind:
        second, first = _alike(two, one)
        return first, second
    if two.kind == EMPTY != one.kind:
        cells = (*(0 for _ in one.cells[1:]), two.missing)
        windows = _padded(two.window_cells(), len(cells)) if two.windows else b""
        two = replace(
            one, cells=cells, windows=windows, infinite=0, unlisted=(), mean=None, sd=None, low=None, high=None,
            distinct=0, sketch=b"", vector=one.vector and replace(one.vector, mean=b"", windows=b""),
            words=one.words and replace(one.words, cells=(0,) * len(one.words.cells), known=0, unknown=0, windows=b""),
        )  # fmt: skip
    one.check_same_cells(two)
    return one, two


def _padded(counts: np.ndarray, cells: int) -> bytes:
    import numpy as np

    wide = np.zeros((len(counts), cells), dtype="<i4")
    wide[:, -1] = counts[:, -1]
    return wide.tobytes()


def _windows(one: Profile, two: Profile, starts: tuple[str, ...], first: Column, second: Column) -> bytes:
    import numpy as np

    place = {start: at for at, start in enumerate(starts)}
    total = np.zeros((len(starts), len(first.cells)), dtype="<i4")
    for part, column in ((one, first), (two, second)):
        if column.windows:
            total[[place[start] for start in part.starts]] += column.window_cells()
    return total.tobytes()


def _added(one: Column, two: Column, windows: bytes, most: int) -> Column:
    cells = tuple(a + b for a, b in zip(one.cells, two.cells, strict=True))
    unlisted = dict(one.unlisted)
    for label, rows in two.unlisted:
        unlisted[label] = unlisted.get(label, 0) + rows
    mean, sd = _moments(one, two)
    sketch = add_sketches(one.sketch, two.sketch) if _told(one) and _told(two) else b""
    total = replace(
        one,
        cells=cells,
        windows=windows,
        mean=mean,
        sd=sd,
        low=_first(min, one.low, two.low),
        high=_first(max, one.high, two.high),
        first=_first(min, one.first, two.first),
        last=_first(max, one.last, two.last),
        infinite=one.infinite + two.infinite,
        distinct=_distinct(cells, sketch, one, two),
        sketch=sketch,
        closed=one.closed and two.closed,
        unlisted=most_frequent(list(unlisted.items()), most),
        quantiles={},
    )
    probabilities = one.quantiles or two.quantiles
    return replace(total, quantiles={p: read_quantile(total, float(p)) for p in probabilities})


def _told(column: Column) -> bool:
    """Say whether the sketch tells of all values that it should: it is there, or there are none."""
    outside = column.cells[-2] if column.labels else column.rows - column.missing - column.infinite
    return bool(column.sketch) or not outside


def _distinct(cells: tuple[int, ...], sketch: bytes, one: Column, two: Column) -> int:
    least, most = max(one.distinct, two.distinct), one.distinct + two.distinct
    if not (_told(one) and _told(two)):
        return least
    listed = sum(1 for rows in cells[: len(one.labels)] if rows)
    return min(max(listed + read_sketch(sketch), least), most)


def _vectors(
    profiles: tuple[Profile, Profile], starts: tuple[str, ...], columns: tuple[Column, Column]
) -> Vector | None:
    """Average the means of features, each weighing as much as it has vectors."""
    import numpy as np

    vectors = [column.vector for column in columns]
    if vectors[0] is None or vectors[1] is None:
        return vectors[0]
    place = {start: at for at, start in enumerate(starts)}
    sums, rows = np.zeros((len(starts) + 1, FEATURES)), np.zeros(len(starts) + 1)
    for profile, column, vector in zip(profiles, columns, vectors, strict=True):
        assert vector is not None, "both columns hold vectors"
        known = column.rows - column.missing
        sums[-1], rows[-1] = sums[-1] + known * vector.means(), rows[-1] + known
        if vector.windows and column.windows:
            counts = column.window_cells()[:, :-1].sum(axis=1)
            at = [place[start] for start in profile.starts]
            sums[at] += counts[:, None] * vector.window_means()
            rows[at] += counts
    means = (sums / np.maximum(rows, 1)[:, None]).astype("<f4")
    return replace(vectors[0], mean=means[-1].tobytes(), windows=means[:-1].tobytes() if starts else b"")


def _words(profiles: tuple[Profile, Profile], starts: tuple[str, ...], columns: tuple[Column, Column]) -> Words | None:
    import numpy as np

    one, two = columns[0].words, columns[1].words
    if one is None or two is None:
        return one
    place = {start: at for at, start in enumerate(starts)}
    total = np.zeros((len(starts), len(one.edges) + 3), dtype="<i4")
    for profile, words in zip(profiles, (one, two), strict=True):
        if words.windows:
            total[[place[start] for start in profile.starts]] += words.window_counts()
    cells = tuple(a + b for a, b in zip(one.cells, two.cells, strict=True))
    known, unknown = one.known + two.known, one.unknown + two.unknown
    return replace(one, cells=cells, known=known, unknown=unknown, windows=total.tobytes() if starts else b"")


def _moments(one: Column, two: Column) -> tuple[float | None, float | None]:
    parts = [
        (column.rows - column.missing - column.infinite, column.mean, column.sd or 0.0)
        for column in (one, two)
        if column.mean is not None
    ]
    rows = sum(count for count, _, _ in parts)
    if not rows:
        return None, None
    mean = sum(count * value for count, value, _ in parts) / rows
    return mean, math.sqrt(sum(count * (sd**2 + (value - mean) ** 2) for count, value, sd in parts) / rows)


def _first(choose: Callable[[_Value, _Value], _Value], one: _Value | None, two: _Value | None) -> _Value | None:
    return choose(one, two) if one is not None and two is not None else two if one is None else one
