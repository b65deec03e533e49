"""pandas' adapter: any dataset as plain columns of numbers, codes, times or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import BOOL, NUMBER, OPAQUE, TIME

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

STRING = "string"
_AXES = 2
_READ = {".parquet": "read_parquet", ".pq": "read_parquet", ".csv": "read_csv", ".gz": "read_csv", ".tsv": "read_table"}
_OBJECTS = {
    "string": STRING, "boolean": BOOL, "integer": NUMBER, "floating": NUMBER, "mixed-integer-float": NUMBER,
    "decimal": NUMBER, "datetime64": TIME, "datetime": TIME, "date": TIME,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """One column as arrays.

    Attributes:
        name: Label.
        dtype: As the frame calls it.
        family: `number`, `bool`, `time`, `string`, `opaque` or `empty`.
        integer: Numbers without fractions by dtype.
        numbers: For numbers, shape (rows,), NaN where missing (integers hold none).
        codes: For strings and bools, index into `labels`, -1 where missing.
        labels: Different values of strings and bools.
        lengths: Number of characters of each label.
        seconds: For times, since the epoch, in local time of the column.
        missing: Which rows have no value, for times and opaque columns.
    """

    name: str
    dtype: str
    family: str
    integer: bool = False
    numbers: np.ndarray | None = None
    codes: np.ndarray | None = None
    labels: tuple[str, ...] = ()
    seconds: np.ndarray | None = None
    missing: np.ndarray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A dataset whose columns are read one at a time.

    Attributes:
        frame: The pandas frame behind it.
        names: Column labels, each once.
        duplicates: Labels that occur more than once; the first column of that label counts.
        name: What to call the dataset.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    positions: tuple[int, ...]
    duplicates: tuple[str, ...]
    name: str | None = None

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.frame)

    def column(self, name: str) -> Values:
        """Read the column called *name*."""
        return _values(name, self.frame.iloc[:, self.positions[self.names.index(name)]])

    def columns(self) -> Iterator[Values]:
        """Read one column after the other."""
        return (self.column(name) for name in self.names)

    def times(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Read *name* as times, also where they are written as text: seconds and which are missing.

        Raises:
            ProfileError: They are not times.
        """
        import pandas as pd

        series = self.frame.iloc[:, self.positions[self.names.index(name)]]
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

    def holds_times(self, name: str) -> bool:
        """Say whether `times(name)` would succeed."""
        try:
            self.times(name)
        except ProfileError:
            return False
        return True

    def time_columns(self) -> tuple[str, ...]:
        """Name the columns whose dtype is a point in time."""
        return tuple(
            name
            for name, position in zip(self.names, self.positions, strict=True)
            if getattr(self.frame.dtypes.iloc[position], "kind", "") == "M"
        )


def open_table(source: object, *, workspace: object = None) -> Table:
    """Open a frame, Series, array, Arrow table, mapping of columns, path of a file, snapshot, or its id or name.

    Raises:
        ProfileError: It is none of these, or cannot be read.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    name = getattr(source, "name", None)
    if isinstance(source, str | Path):
        name = Path(source).name if Path(source).is_file() else str(source)
        source = _read(Path(source)) if Path(source).is_file() else _restored(source, workspace)
    elif type(source).__module__.startswith("nbops.snapshots"):
        name = name or getattr(source, "id", "")[:12]
        source = _restored(source, workspace)
    frame = _frame(source)
    labels = [_label(label) for label in frame.columns]
    first = {label: position for position, label in reversed(list(enumerate(labels)))}
    names = tuple(dict.fromkeys(labels))
    twice = tuple(label for label in names if labels.count(label) > 1) if len(names) < len(labels) else ()
    return Table(frame, names, tuple(first[label] for label in names), twice, name if isinstance(name, str) else None)


def _restored(ref: Any, workspace: Any) -> object:
    from nbops.snapshots.load import load

    return load(str(ref) if isinstance(ref, Path) else ref, workspace=workspace)


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
            hint="a DataFrame, an array of up to two dimensions, a snapshot, or the path of a CSV or Parquet file",
        )
    if isinstance(source.index, pd.DatetimeIndex) and str(source.index.name or "index") not in map(str, source.columns):
        return source.reset_index(names=str(source.index.name or "index"))
    return source


def _label(label: object) -> str:
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
    return Values(name, told, family, missing=series.isna().to_numpy(dtype=bool))


def _family(series: pd.Series) -> str:
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
        return "empty" if inferred == "empty" else _OBJECTS.get(inferred, OPAQUE)
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
