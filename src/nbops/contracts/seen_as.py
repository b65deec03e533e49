"""One column of rows, seen as the type that a contract gives it, whatever the engine called it."""

from __future__ import annotations

import math
import numbers
from collections.abc import Sized
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.contracts.terms import BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, VECTOR

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_TRUE, _FALSE = {"true", "1", "1.0"}, {"false", "0", "0.0"}


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A column as arrays of one entry a row.

    Attributes:
        series: As it was read.
        missing: Which rows have no value.
        wrong: Which have one that is not of the type.
        numbers: Of numbers, bools and (in seconds since the epoch, UTC) times; NaN elsewhere.
        labels: Of texts and categories; None elsewhere.
        as_text: Every value is of the type but written as text.
    """

    series: pd.Series
    missing: np.ndarray
    wrong: np.ndarray
    numbers: np.ndarray | None = None
    labels: pd.Series | None = None
    as_text: bool = False


def seen_as(series: pd.Series, kind: str | None, values: tuple[str, ...] | None = None) -> Seen:
    """Return *series* seen as *kind*; *values* are those that a category is known to have."""
    import numpy as np
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(series.cat.categories.dtype)
    missing = series.isna().to_numpy(dtype=bool)
    if kind in {INTEGER, NUMBER}:
        return _numbers(series, missing, whole=kind == INTEGER)
    if kind == BOOL:
        return _bools(series, missing)
    if kind == TIME:
        return _times(series, missing)
    if kind in {TEXT, CATEGORY}:
        return _texts(series, missing, values)
    wrong = np.zeros(len(series), dtype=bool)
    if kind == VECTOR:
        wrong = ~missing & ~series.map(is_vector).to_numpy(dtype=bool)
    return Seen(series, missing, wrong)


def is_vector(value: Any) -> bool:
    """Say whether *value* is a list or array of numbers."""
    if isinstance(value, str | bytes | dict) or not isinstance(value, Sized) or not hasattr(value, "__getitem__"):
        return False
    if hasattr(value, "dtype"):
        return getattr(value.dtype, "kind", "") in "iufb" and getattr(value, "ndim", 1) == 1
    return all(isinstance(one, numbers.Real) for one in value)  # type: ignore[attr-defined]


def plain_text(value: Any) -> str:
    """Return *value* as every engine would write it: whole numbers without a fraction."""
    if isinstance(value, float | numbers.Real) and not isinstance(value, bool | int):
        number = float(value)
        return str(int(number)) if math.isfinite(number) and number.is_integer() else str(number)
    return str(value)


def _numbers(series: pd.Series, missing: np.ndarray, *, whole: bool) -> Seen:
    import numpy as np
    import pandas as pd

    types, text = pd.api.types, False
    if types.is_timedelta64_dtype(series.dtype):
        found = series.dt.total_seconds().to_numpy(dtype=float, na_value=np.nan)
    elif types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(series.dtype):
        found = series.to_numpy(dtype=float, na_value=np.nan)
    elif types.is_datetime64_any_dtype(series.dtype) or types.is_complex_dtype(series.dtype):
        found = np.full(len(series), np.nan)
    elif types.is_object_dtype(series.dtype):
        found = series.map(_number).to_numpy(dtype=float)
        text = types.infer_dtype(series, skipna=True) == "string"
    else:
        found, text = series.map(_number).to_numpy(dtype=float), True
    wrong = ~missing & np.isnan(found)
    as_text = text and not wrong.any() and not missing.all()
    if as_text:
        wrong = ~missing
    elif whole:
        wrong |= np.isfinite(found) & (found != np.floor(found))
    return Seen(series, missing, wrong, numbers=found, as_text=as_text)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _bools(series: pd.Series, missing: np.ndarray) -> Seen:
    import numpy as np
    import pandas as pd

    if pd.api.types.is_bool_dtype(series.dtype) and not missing.any():
        found = series.to_numpy(dtype=float)
    elif pd.api.types.is_numeric_dtype(series.dtype):
        found = series.to_numpy(dtype=float, na_value=np.nan)
    else:
        found = series.map(_truth).to_numpy(dtype=float)
    known = (found == 0) | (found == 1)
    return Seen(series, missing, ~missing & ~known, numbers=np.where(known, found, np.nan))


def _truth(value: Any) -> float:
    word = str(value).strip().lower()
    return 1.0 if word in _TRUE else 0.0 if word in _FALSE else math.nan


def _times(series: pd.Series, missing: np.ndarray) -> Seen:
    import numpy as np
    import pandas as pd

    types = pd.api.types
    if isinstance(series.dtype, pd.PeriodDtype):
        series = series.dt.to_timestamp()
    if types.is_numeric_dtype(series.dtype) or types.is_timedelta64_dtype(series.dtype):
        return Seen(series, missing, ~missing, numbers=np.full(len(series), np.nan))
    if types.is_datetime64_any_dtype(series.dtype):
        times = pd.to_datetime(series, utc=True)
    else:  # one text in another form makes pandas give up on all that follow, unless each is read by itself
        written = series.astype("object")
        if types.infer_dtype(written, skipna=True) != "string":  # a number among them is no time
            written = written.map(lambda value: None if isinstance(value, numbers.Number) else value)
        times = pd.to_datetime(written, format="ISO8601", utc=True, errors="coerce")
    unread = times.isna().to_numpy(dtype=bool)
    seconds = times.to_numpy(dtype="datetime64[us]").astype(np.int64) / 1e6
    return Seen(series, missing, unread & ~missing, numbers=np.where(unread, np.nan, seconds))


def _texts(series: pd.Series, missing: np.ndarray, values: tuple[str, ...] | None) -> Seen:
    import numpy as np
    import pandas as pd

    types = pd.api.types
    plain = isinstance(series.dtype, pd.StringDtype) or (
        types.is_object_dtype(series.dtype) and types.infer_dtype(series, skipna=True) in {"string", "empty"}
    )
    if plain:
        return Seen(series, missing, np.zeros(len(series), dtype=bool), labels=series)
    labels = series.map(plain_text, na_action="ignore").astype("object")
    known = set(values or ())
    if types.is_object_dtype(series.dtype):
        fits = series.map(lambda value: isinstance(value, str)).to_numpy(dtype=bool) | labels.isin(known).to_numpy()
        return Seen(series, missing, ~missing & ~fits, labels=labels)
    wrong = ~missing if not labels.isin(known).any() else np.zeros(len(series), dtype=bool)
    return Seen(series, missing, wrong, labels=labels)
