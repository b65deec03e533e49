"""pandas' adapter: a frame's columns as numbers, codes, times, vectors or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import BOOL, NUMBER, OPAQUE, TIME, VECTOR
from nbops.profiles.table import Table, unique_labels
from nbops.profiles.values import STRING, Values

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_AXES = 2
_READ = {".parquet": "read_parquet", ".pq": "read_parquet", ".csv": "read_csv", ".gz": "read_csv", ".tsv": "read_table"}
_OBJECTS = {
    "string": STRING, "boolean": BOOL, "integer": NUMBER, "floating": NUMBER, "mixed-integer-float": NUMBER,
    "decimal": NUMBER, "datetime64": TIME, "datetime": TIME, "date": TIME,
}  # fmt: skip
_PROBED, _SHORTEST = 1_000, 2


class PandasTable(Table):
    """A pandas frame, and two-dimensional arrays beside it, which are columns of vectors."""

    def __init__(
        self, frame: pd.DataFrame, name: str | None = None, vectors: Mapping[str, np.ndarray] | None = None
    ) -> None:
        self._frame = frame
        self._vectors = dict(vectors or {})
        labels = [label_of(label) for label in frame.columns]
        self.names, self._positions, self.duplicates = unique_labels([*labels, *self._vectors])
        self.name = name if isinstance(name, str) else None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._frame)

    @property
    def frame(self) -> pd.DataFrame:
        """The frame itself."""
        return self._frame

    def column(self, name: str) -> Values:
        """Read the column called *name*."""
        if name in self._vectors:
            return _array_values(name, self._vectors[name])
        return _values(name, self._series(name))

    def _series(self, name: str) -> pd.Series:
        series: pd.Series = self._frame.iloc[:, self._positions[self.names.index(name)]]
        return series

    def times(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Read *name* as times, also where they are written as text.

        Raises:
            ProfileError: They are not times.
        """
        if name in self._vectors:
            raise ProfileError(f"column {name!r} of vectors holds no times")
        return read_times(name, self._series(name))

    def time_columns(self) -> tuple[str, ...]:
        """Name the columns whose dtype is a point in time."""
        kinds = [getattr(dtype, "kind", "") for dtype in self._frame.dtypes]
        places = zip(self.names, self._positions, strict=True)
        return tuple(name for name, position in places if position < len(kinds) and kinds[position] == "M")


def read_times(name: str, series: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return the seconds since the epoch of *series*, and which of them are missing, also from text.

    Raises:
        ProfileError: They are not times.
    """
    import pandas as pd

    values = _values(name, series)
    if values.family == STRING:
        try:
            values = _values(name, pd.to_datetime(series, format="mixed"))
        except (ValueError, TypeError) as error:
            raise ProfileError(f"column {name!r} cannot be read as times: {error}") from error
    if values.seconds is None or values.missing is None:
        raise ProfileError(
            f"column {name!r} of type {values.dtype} holds no times", hint=f"pd.to_datetime(df[{name!r}])"
        )
    return values.seconds, values.missing


def is_pandas(source: object) -> bool:
    """Say whether *source* is pandas' or NumPy's own, or a mapping, without importing either."""
    return type(source).__module__.partition(".")[0] in {"pandas", "numpy"} or isinstance(source, Mapping)


def open_pandas(source: Any) -> PandasTable:
    """Open a frame, Series, array of up to two dimensions or mapping of columns.

    Raises:
        ProfileError: It is none of these.
    """
    import numpy as np

    name = getattr(source, "name", None)
    if not isinstance(source, Mapping):
        return PandasTable(_frame(source), name)
    arrays = {label_of(key): value for key, value in source.items() if isinstance(value, np.ndarray)}
    wide = {label: value for label, value in arrays.items() if value.ndim == _AXES}
    frame = _frame({key: value for key, value in source.items() if label_of(key) not in wide})
    if wide and not len(frame.columns):
        import pandas as pd

        frame = pd.DataFrame(index=range(len(next(iter(wide.values())))))
    if any(len(value) != len(frame) for value in wide.values()):
        raise ProfileError("a mapping must hold columns of one length: its arrays differ")
    return PandasTable(frame, name, wide)


def read_pandas(path: Path) -> PandasTable:
    """Read a CSV or Parquet file.

    Raises:
        ProfileError: It is neither, or damaged.
    """
    return PandasTable(_frame(_read(path)), path.name)


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    reader = _READ.get(path.suffix.lower())
    if reader is None:
        raise ProfileError(f"{path} is neither CSV nor Parquet", hint=", ".join(_READ))
    try:
        frame: pd.DataFrame = getattr(pd, reader)(path)
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (OSError, ValueError) as error:
        raise ProfileError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    return frame


def _frame(source: Any) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    if isinstance(source, pd.Series):
        source = source.to_frame("value" if source.name is None else source.name)
    elif isinstance(source, np.ndarray) and source.ndim <= _AXES:
        source = pd.DataFrame(
            source if source.dtype.names or source.ndim == _AXES else {"value": np.atleast_1d(source)}
        )
    elif isinstance(source, Mapping):
        try:
            source = pd.DataFrame(dict(source))
        except (ValueError, TypeError) as error:
            raise ProfileError(f"a mapping must hold columns of one length: {error}") from error
    elif not isinstance(source, pd.DataFrame) and hasattr(source, "to_pandas"):
        source = source.to_pandas()
    if not isinstance(source, pd.DataFrame):
        raise ProfileError(
            f"a profile is made from rows and columns, not from {type(source).__name__}",
            hint="a frame of any library, an array of up to two dimensions, a snapshot, or the path of a file",
        )
    if isinstance(source.index, pd.DatetimeIndex) and str(source.index.name or "index") not in map(str, source.columns):
        return source.reset_index(names=str(source.index.name or "index"))
    return source


def label_of(label: object) -> str:
    """Return a column label as text."""
    return ".".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _values(name: str, series: pd.Series) -> Values:
    import numpy as np
    import pandas as pd

    dtype = series.dtype
    family = _family(series)
    told = str(dtype)
    if family == NUMBER:
        integer = pd.api.types.is_integer_dtype(dtype)
        return Values(name, told, family, integer, numbers=_numbers(series, dtype))
    if family in {BOOL, STRING}:
        codes, labels = _codes(series)
        return Values(name, told, family, codes=codes, labels=labels)
    if family == TIME:
        times = pd.to_datetime(series.dt.to_timestamp() if isinstance(dtype, pd.PeriodDtype) else series)
        missing = times.isna().to_numpy(dtype=bool)
        local = times.dt.tz_localize(None) if times.dt.tz is not None else times
        seconds = local.to_numpy(dtype="datetime64[s]").astype(np.int64)
        return Values(name, told, family, seconds=np.where(missing, 0, seconds), missing=missing)
    if family == VECTOR and (found := _vectors(name, told, series)) is not None:
        return found
    family = OPAQUE if family == VECTOR else family
    return Values(name, told, family, missing=series.isna().to_numpy(dtype=bool))


def _family(series: pd.Series) -> str:  # noqa: PLR0911 # one for each kind
    import pandas as pd

    dtype, types = series.dtype, pd.api.types
    if isinstance(dtype, pd.CategoricalDtype):
        return STRING
    if types.is_bool_dtype(dtype):
        return BOOL
    if types.is_numeric_dtype(dtype) or types.is_timedelta64_dtype(dtype):
        return OPAQUE if types.is_complex_dtype(dtype) else NUMBER
    if types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return TIME
    if types.is_object_dtype(dtype):
        inferred = types.infer_dtype(series, skipna=True)
        if inferred == "empty":
            return "empty"
        return _OBJECTS.get(inferred, VECTOR if _hold_vectors(series) else OPAQUE)
    return STRING if types.is_string_dtype(dtype) else OPAQUE


def _numbers(series: pd.Series, dtype: Any) -> np.ndarray:
    import numpy as np
    import pandas as pd

    if pd.api.types.is_timedelta64_dtype(dtype):
        series = series.dt.total_seconds()
    elif isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        plain: np.ndarray = series.to_numpy()
        return plain
    elif pd.api.types.is_object_dtype(dtype):
        series = pd.to_numeric(series.map(float, na_action="ignore"))
    numbers: np.ndarray = series.to_numpy(dtype="float64", na_value=np.nan)
    return numbers


def _codes(series: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.codes.to_numpy(), tuple(map(str, series.cat.categories))
    codes, uniques = pd.factorize(series)
    return codes, tuple(map(str, uniques))


def _hold_vectors(series: pd.Series) -> bool:
    """Say whether the first values are lists or arrays of two or more numbers; no foreign code is called."""
    import numpy as np

    first: Any = next((value for value in series.array[:_PROBED] if type(value) in {list, tuple, np.ndarray}), None)
    if type(first) is np.ndarray:
        return first.ndim == 1 and first.dtype.kind in "iuf" and len(first) >= _SHORTEST
    return first is not None and len(first) >= _SHORTEST and all(type(one) in {int, float} for one in first)


def _vectors(name: str, dtype: str, series: pd.Series) -> Values | None:
    """Read lists and arrays as vectors; None where any of them holds something else than numbers."""
    import numpy as np

    held = series.array
    rows = [value if type(value) in {list, tuple, np.ndarray} else None for value in held]
    lengths = np.array([-1 if value is None else len(value) for value in rows], dtype=np.int64)
    if any(value is None and known for value, known in zip(rows, series.notna().to_numpy(), strict=True)):
        return None
    dimension = int(np.bincount(lengths[lengths >= 0]).argmax())
    blank = [np.nan] * dimension

    def read(start: int, stop: int) -> np.ndarray:
        block = [
            blank if value is None or length != dimension else value
            for value, length in zip(rows[start:stop], lengths[start:stop].tolist(), strict=True)
        ]
        return np.array(block, dtype=np.float64).reshape(-1, dimension)

    try:
        for start in range(0, len(rows), _PROBED):
            read(start, start + _PROBED)
    except (ValueError, TypeError):
        return None
    return Values(name, dtype, VECTOR, missing=lengths != dimension, dimension=dimension, vectors=read)


def _array_values(name: str, array: np.ndarray) -> Values:
    import numpy as np

    if array.dtype.kind not in "iufb" or array.shape[1] < _SHORTEST:
        return Values(name, str(array.dtype), OPAQUE, missing=np.zeros(len(array), dtype=bool))
    return Values(
        name, f"{array.dtype}[{array.shape[1]}]", VECTOR, dimension=array.shape[1],
        vectors=lambda start, stop: array[start:stop],
    )  # fmt: skip
