"""Datasets ↔ named columns: which kinds there are, and what each needs besides its columns."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError, SnapshotQuota
from nbops.snapshots.streams.arrays import decode_array, encode_array
from nbops.snapshots.streams.arrow_columns import decode_arrow, encode_arrow
from nbops.snapshots.streams.arrow_types import field_from_json, field_to_json, metadata_from_json, metadata_to_json
from nbops.snapshots.streams.columns import decode_column, decode_index, encode_column, encode_index
from nbops.snapshots.streams.values import value_from_json, value_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

    from nbops.snapshots.streams.stream import Encoded
    from nbops.snapshots.streams.values import Json

    Part = tuple[Json, Callable[[], NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class Column:
    """One named column that can be taken apart when its turn comes.

    Attributes:
        name: Label as people see it.
        dtype: Dtype in the words of the dataset's own library.
        encode: Takes the column apart.
        nbytes: Rough size, to decide whether threads are worth it.
        what: What a sentence calls it: `column`, `file`, `folder` or `link`.
    """

    name: str
    dtype: str
    encode: Callable[[], Encoded]
    nbytes: int = 0
    what: str = "column"


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset as its columns.

    Attributes:
        kind: Class that is restored: `DataFrame`, `Series`, `Index`, `ndarray`, `Table` or `polars.DataFrame`; or
            `folder` or `file`.
        rows: How many; of a folder, how many files.
        columns: In order; labels may repeat. Of a folder, what is in it, by path.
        axes: Row index and column labels, taken apart like columns.
        extra: What else is needed to restore it; plain JSON.
    """

    kind: str
    rows: int
    columns: Sequence[Column]
    axes: Sequence[Column] = ()
    extra: Json = field(default_factory=dict)


@contextmanager
def naming(column: str, what: str = "column") -> Iterator[None]:
    """Let a `SnapshotError` say which column (or file: *what*) it is about."""
    try:
        yield
    except SnapshotQuota:
        raise
    except SnapshotError as error:
        raise SnapshotError(f"{what} {column!r}: {error}", hint=error.hint) from error


def take_apart(dataset: Any) -> Dataset:
    """Look at *dataset* as columns. Nothing is read or copied yet.

    Raises:
        SnapshotError: Objects of this class cannot be stored.
    """
    for kind in type(dataset).__mro__:
        taker = _TAKERS.get((kind.__module__.partition(".")[0], kind.__qualname__))
        if taker is not None:
            found: Dataset = taker(dataset)
            return found
    raise SnapshotError(
        f"a {type(dataset).__module__}.{type(dataset).__qualname__} cannot be stored",
        hint="nbops.snapshot(a DataFrame, Series, NumPy array, Arrow table, or the Path of a file or folder)",
    )


def put_together(kind: str, extra: Json, columns: Sequence[Part], axes: Sequence[Part]) -> Any:
    """Restore the dataset that `take_apart` took apart.

    Args:
        kind: `Dataset.kind`.
        extra: `Dataset.extra`.
        columns: For every column its `Encoded.type` and what yields its streams.
        axes: The same for the axes.

    Raises:
        SnapshotError: The kind is not known to this version.
    """
    giver = _GIVERS.get(kind)
    if giver is None:
        raise SnapshotError(f"a snapshot of kind {kind!r} was written by a newer nbops")
    return giver(extra, columns, axes)


def _take_frame(frame: pd.DataFrame) -> Dataset:
    columns = [_column(label, frame.iloc[:, at]) for at, label in enumerate(frame.columns)]
    return Dataset("DataFrame", len(frame), columns, [_axis("index", frame.index), _axis("columns", frame.columns)])


def _give_frame(_: Json, columns: Sequence[Part], axes: Sequence[Part]) -> pd.DataFrame:
    import pandas as pd

    index, labels = decode_index(*axes[0]), decode_index(*axes[1])
    arrays = (decode_column(*part) for part in columns)
    series = {at: pd.Series(array, dtype=array.dtype, copy=False) for at, array in enumerate(arrays)}
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(index)), copy=len(series) > _MANY)
    return frame.set_axis(index, axis=0).set_axis(labels, axis=1)


def _take_series(series: pd.Series[Any]) -> Dataset:
    name = "values" if series.name is None else series.name
    return Dataset(
        "Series",
        len(series),
        [_column(name, series)],
        [_axis("index", series.index)],
        {"name": value_to_json(series.name)},
    )


def _give_series(extra: Json, columns: Sequence[Part], axes: Sequence[Part]) -> pd.Series[Any]:
    import pandas as pd

    array = decode_column(*columns[0])
    name = value_from_json(extra["name"])
    found: pd.Series[Any] = pd.Series(array, index=decode_index(*axes[0]), dtype=array.dtype, name=name, copy=False)
    return found


def _take_index(index: pd.Index[Any]) -> Dataset:
    return Dataset("Index", len(index), [Column("index", str(index.dtype), partial(encode_index, index))])


def _give_index(_: Json, columns: Sequence[Part], __: Sequence[Part]) -> pd.Index[Any]:
    return decode_index(*columns[0])


def _take_array(array: NDArray[Any]) -> Dataset:
    import numpy as np

    if type(array) not in {np.ndarray, np.memmap}:
        raise SnapshotError(f"a numpy.{type(array).__qualname__} cannot be stored", hint="numpy.asarray(it)")
    rows = array.shape[0] if array.ndim else 1
    plain = array.view(np.ndarray)
    column = Column("values", str(array.dtype), partial(encode_array, plain), array.nbytes)
    return Dataset("ndarray", rows, [column], extra={"shape": list(array.shape)})


def _give_array(extra: Json, columns: Sequence[Part], _: Sequence[Part]) -> NDArray[Any]:
    return decode_array(*columns[0], extra["shape"])


def _take_table(table: pa.Table) -> Dataset:
    columns: list[Column] = []
    fields: list[Json] = []
    for entry, column in zip(table.schema, table.columns, strict=True):
        columns.append(Column(entry.name, str(entry.type), partial(encode_arrow, column), column.nbytes))
        with naming(entry.name):
            fields.append(field_to_json(entry))
    metadata = metadata_to_json(table.schema.metadata)
    return Dataset("Table", table.num_rows, columns, extra={"fields": fields, "metadata": metadata})


def _give_table(extra: Json, columns: Sequence[Part], _: Sequence[Part]) -> pa.Table:
    import pyarrow as pa

    schema = pa.schema([field_from_json(field) for field in extra["fields"]], metadata_from_json(extra["metadata"]))
    return pa.Table.from_arrays([decode_arrow(*part) for part in columns], schema=schema)


def _take_polars(frame: Any) -> Dataset:
    import pyarrow as pa

    try:
        table = _take_table(frame.to_arrow())
    except pa.ArrowException as error:
        raise SnapshotError(f"the polars DataFrame holds what Arrow cannot: {error}") from error
    columns = [
        Column(column.name, str(dtype), column.encode, column.nbytes)
        for column, dtype in zip(table.columns, frame.dtypes, strict=True)
    ]
    return Dataset("polars.DataFrame", table.rows, columns, extra=table.extra)


def _give_polars(extra: Json, columns: Sequence[Part], axes: Sequence[Part]) -> Any:
    try:
        from importlib import import_module

        polars = import_module("polars")
    except ImportError as error:
        raise SnapshotError("this snapshot was a polars DataFrame, and polars is not installed") from error
    return polars.from_arrow(_give_table(extra, columns, axes), rechunk=False)


def _take_path(path: Path) -> Dataset:
    from nbops.snapshots.streams.files import take_files

    return take_files(path)


def _column(label: Any, series: pd.Series[Any]) -> Column:
    import numpy as np

    values = series.to_numpy(copy=False) if isinstance(series.dtype, np.dtype) else series.array
    return Column(_shown(label), str(series.dtype), partial(encode_column, values), int(values.nbytes))


def _axis(name: str, index: pd.Index[Any]) -> Column:
    return Column(name, str(index.dtype), partial(encode_index, index))


def _shown(label: Any) -> str:
    """Return a label as people see it, running nothing of the user's."""
    if type(label) is tuple:
        return ", ".join(_shown(part) for part in label)
    form = value_to_json(label)
    return str(next(iter(form.values()))) if isinstance(form, dict) and type(label) not in _SHOWN else str(label)


_MANY = 100
_SHOWN = {float, complex, bytes, dt.date, dt.datetime}

_TAKERS: dict[tuple[str, str], Callable[[Any], Dataset]] = {
    ("pandas", "DataFrame"): _take_frame,
    ("pandas", "Series"): _take_series,
    ("pandas", "Index"): _take_index,
    ("numpy", "ndarray"): _take_array,
    ("pyarrow", "Table"): _take_table,
    ("polars", "DataFrame"): _take_polars,
    ("pathlib", "Path"): _take_path,
}

_GIVERS: dict[str, Callable[[Json, Sequence[Part], Sequence[Part]], Any]] = {
    "DataFrame": _give_frame,
    "Series": _give_series,
    "Index": _give_index,
    "ndarray": _give_array,
    "Table": _give_table,
    "polars.DataFrame": _give_polars,
}
