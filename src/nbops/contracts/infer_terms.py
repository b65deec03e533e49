"""One column → what to expect of it, which is more than this sample and less than anything."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nbops.capture.secrets.redaction import redact_value
from nbops.contracts.limits import likely_share, readable_range, readable_share
from nbops.contracts.seen_as import is_vector, seen_as
from nbops.contracts.terms import BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, VECTOR, Terms

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbops.profiles.column import Column
    from nbops.profiles.profile import Profile

_MOST_VALUES, _RECENT, _FEWEST, _KEYS = 50, 0.9, 20, 100
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
_KEYLIKE = re.compile(r"(?:^|[_\W]|(?<=[a-z])(?=[A-Z]))(?:id|key|uuid|guid|code|number|no)$", re.IGNORECASE)
_NEARLY_ONE = 0.9


def infer_terms(column: Column, series: pd.Series, *, sensitive: bool, moments: Profile) -> Terms:
    """Return what to expect of a column.

    Args:
        column: Its profile.
        series: Its values.
        sensitive: None of them may be written down.
        moments: The profile with the windows, if there are any.
    """
    kind = _type(column, series)
    missing = _missing(column, moments)
    if kind is None:
        return Terms(missing=missing, sensitive=sensitive)
    known = column.rows - column.missing
    if kind in {INTEGER, NUMBER}:
        unique = column.kind == "id"
        ends = None if unique else _range(column, whole=kind == INTEGER)
        return Terms(
            kind, range=ends, outside=_outside(series, ends, known) if ends else 0.0,
            missing=0.0 if unique else missing, unique=unique, infinite=column.infinite > 0, sensitive=sensitive,
        )  # fmt: skip
    if kind == VECTOR:
        lengths = series.dropna().map(len).unique()
        return Terms(kind, length=int(lengths[0]) if len(lengths) == 1 else None, missing=missing, sensitive=sensitive)
    if kind == TEXT:
        unique = _is_key(column, series)
        return Terms(kind, missing=0.0 if unique else missing, unique=unique, sensitive=sensitive)
    if kind == CATEGORY and not sensitive and (values := _values(series)):
        if not any(redact_value(column.name, one)[1] for one in values):
            return Terms(kind, values=values, new_values=likely_share(0, known), missing=missing)
        sensitive = True  # the file goes into git, and these are secrets whatever the column is called
    return Terms(kind, missing=missing, sensitive=sensitive)


def _type(column: Column, series: pd.Series) -> str | None:
    """Return a type that no engine owns: whole numbers that a gap made floats are integers all the same."""
    if column.family in {"number", "id"}:
        seen = seen_as(series, INTEGER)
        return NUMBER if seen.wrong.any() or (column.infinite and not _has_whole(seen.numbers)) else INTEGER
    if column.family in {BOOL, TIME}:
        return column.family
    if column.family == "string":
        if _are_dates(series):
            return TIME
        return CATEGORY if column.kind == "category" else TEXT
    known = series.dropna()
    if column.kind in {"opaque", VECTOR} and len(known) and known.map(is_vector).all():
        return VECTOR
    return None


def _has_whole(numbers: np.ndarray | None) -> bool:
    import numpy as np

    return numbers is not None and bool(np.isfinite(numbers).any())


def _are_dates(series: pd.Series) -> bool:
    known = series.dropna().astype(str)
    if not len(known) or not known.head(_KEYS).map(lambda text: bool(_DATE.fullmatch(text))).all():
        return False
    return not seen_as(series, TIME).wrong.any()


def _missing(column: Column, moments: Profile) -> float | None:
    """Return the upper limit of the share of missing values, or that of the worst window if it is higher; None for any.

    Of a window it is what was seen there, not its upper limit: that of a few rows would allow for anything.
    """
    limit = likely_share(column.missing, column.rows)
    if column.windows and moments.window_rows:
        cells = column.window_cells()
        limits = [readable_share(float(one[-1] / one.sum())) for one in cells if one.sum() >= _FEWEST]
        limit = max([limit, *limits])
    return limit if limit < 1 else None


def _range(column: Column, *, whole: bool) -> tuple[float | int, float | int] | None:
    """Return the 0.1 % and 99.9 % points, an interquartile range beyond, rounded outwards.

    A constant column has no spread to learn from, and gets none. What is never negative stays so, and a share stays
    below one.
    """
    if column.low is None or column.high is None or column.low == column.high:
        return None
    at = column.quantiles
    low, high = at.get("0.001", column.low), at.get("0.999", column.high)
    spread = at.get("0.75", high) - at.get("0.25", low) or column.sd or (high - low)
    ends = readable_range(low - spread, high + spread, whole=whole)
    bottom = 0 if column.low >= 0 and ends[0] < 0 else ends[0]
    top = 0 if column.high <= 0 and ends[1] > 0 else ends[1]
    if bottom == 0 and not whole and _NEARLY_ONE < column.high <= 1 < top:
        top = 1
    return bottom, top


def _outside(series: pd.Series, ends: tuple[float, float], known: int) -> float:
    """Return the share of the values that may lie beyond *ends*: among very many, a few always do."""
    import numpy as np

    numbers = seen_as(series, NUMBER).numbers
    assert numbers is not None
    finite = numbers[np.isfinite(numbers)]
    return likely_share(int(((finite < ends[0]) | (finite > ends[1])).sum()), known)


def _values(series: pd.Series) -> tuple[str, ...] | None:
    """Return the values, where there are few, but not just one, and the last tenth of the rows brought none."""
    labels = seen_as(series, CATEGORY).labels
    assert labels is not None
    known = labels.dropna()
    first = known.reset_index(drop=True).drop_duplicates()
    if not 1 < len(first) <= _MOST_VALUES or len(known) < _FEWEST:
        return None
    if int(first.index[-1]) >= _RECENT * len(known):
        return None
    return tuple(sorted(map(str, first)))


def _is_key(column: Column, series: pd.Series) -> bool:
    """Say whether a text tells rows apart by intent: short, without spaces, all different, and called like a key."""
    if column.missing or column.rows < _KEYS or not series.is_unique:
        return False
    lengths = series.str.len()
    regular = bool(lengths.max() - lengths.min() <= len(str(column.rows)))
    return not series.str.contains(r"\s", regex=True).any() and (regular or bool(_KEYLIKE.search(column.name)))
