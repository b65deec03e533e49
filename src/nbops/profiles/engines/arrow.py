"""pyarrow's adapter: Arrow columns as numbers, codes, times, vectors or nothing, as pandas would show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.column import BOOL, NUMBER, OPAQUE, TIME, VECTOR
from nbops.profiles.table import Parts, Table, unique_labels
from nbops.profiles.values import STRING, Values

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

BATCH = 262_144
_SHORTEST = 2


class ArrowTable(Table):
    """An Arrow table in memory."""

    def __init__(self, table: pa.Table, name: str | None = None) -> None:
        self._table = table
        self.names, self._positions, self.duplicates = unique_labels(list(table.column_names))
        self.name = name

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self._table.num_rows)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a pandas frame."""
        from nbops.profiles.engines.pandas import open_pandas

        return open_pandas(self._table.to_pandas()).frame

    def column(self, name: str) -> Values:
        """Read the column called *name*."""
        return read_arrow(name, self._table.column(self._positions[self.names.index(name)]))

    def times(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Read *name* as times, also where they are written as text.

        Raises:
            ProfileError: They are not times.
        """
        from nbops.profiles.engines.pandas import read_times

        chunks = self._table.column(self._positions[self.names.index(name)])
        values = read_arrow(name, chunks)
        if values.seconds is not None and values.missing is not None:
            return values.seconds, values.missing
        return read_times(name, chunks.to_pandas())

    def time_columns(self) -> tuple[str, ...]:
        """Name the columns whose type is a timestamp."""
        import pyarrow as pa

        types = self._table.schema.types
        places = zip(self.names, self._positions, strict=True)
        return tuple(name for name, at in places if pa.types.is_timestamp(types[at]))


class ArrowParts(Parts):
    """Arrow batches from a source that can be read again."""

    def __init__(
        self,
        schema: pa.Schema,
        read: Callable[[Sequence[str]], Iterable[pa.RecordBatch]],
        count: Callable[[], int],
        name: str | None = None,
    ) -> None:
        self._schema, self._read, self._count = schema, read, count
        self.names, _, self.duplicates = unique_labels(list(schema.names))
        self.name = name

    def head(self) -> Table:
        """Return the types of the columns."""
        return ArrowTable(self._schema.empty_table(), self.name)

    def count_rows(self) -> int:
        """Return the number of rows."""
        with _translated(self.name):
            return self._count()

    def whole(self) -> Table:
        """Read everything at once."""
        import pyarrow as pa

        with _translated(self.name):
            tables = [_table(batch) for batch in self._read(self.names)]
        return ArrowTable(pa.concat_tables(tables) if tables else self._schema.empty_table(), self.name)

    def fold(self, read: Callable[[Iterator[Table], int, int], Any], names: Sequence[str], rows: int) -> list[Any]:
        """Read the columns *names* part by part, once."""
        with _translated(self.name):
            return [read(gather(self._read(names)), 0, rows)]


def open_arrow(source: Any) -> Table | Parts:
    """Open an Arrow table, record batch or dataset.

    Raises:
        ProfileError: It is none of these; a reader of batches among them, as it can be read only once.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if isinstance(source, pa.Table):
        return ArrowTable(source)
    if isinstance(source, pa.RecordBatch):
        return ArrowTable(pa.Table.from_batches([source]))
    if isinstance(source, ds.Dataset):
        return open_dataset_parts(source, None)
    raise ProfileError(
        f"a profile is made from rows and columns, not from pyarrow.{type(source).__name__}",
        hint="a pyarrow.Table: for a reader of batches, reader.read_all()",
    )


def open_dataset_parts(dataset: Any, name: str | None, names: Sequence[str] | None = None) -> Parts:
    """Open an Arrow dataset, which is read in batches and never whole."""
    kept = list(names if names is not None else dict.fromkeys(dataset.schema.names))
    import pyarrow as pa

    schema = pa.schema([dataset.schema.field(label) for label in kept])

    def read(labels: Sequence[str]) -> Iterable[pa.RecordBatch]:
        if getattr(getattr(dataset, "format", None), "default_extname", "") == "parquet":
            return _parquet_batches(dataset, schema, labels)
        batches: Iterable[pa.RecordBatch] = dataset.to_batches(
            columns=list(labels), batch_size=BATCH // 2, batch_readahead=2, fragment_readahead=1
        )
        return batches

    return ArrowParts(schema, read, lambda: int(dataset.count_rows()), name)


def _parquet_batches(dataset: Any, schema: pa.Schema, labels: Sequence[str]) -> Iterator[pa.Table]:
    """Read one row group after the other; a dataset's own scanner runs ahead of who reads, by gigabytes."""
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    for fragment in dataset.get_fragments():
        keys = ds.get_partition_keys(fragment.partition_expression)
        with fragment.open() as opened:
            file = pq.ParquetFile(opened, pre_buffer=False)
            stored = file.schema_arrow.names
            wanted = [label for label in labels if label in stored and label not in keys] or stored[:1]
            dotted = any("." in label for label in wanted)  # would be read as a path into a nested column
            for batch in file.iter_batches(BATCH // 2, columns=None if dotted else wanted):
                columns = []
                for label in labels:
                    kind = schema.field(label).type
                    if label in stored and label not in keys:
                        columns.append(batch.column(stored.index(label) if dotted else batch.schema.names.index(label)))
                    else:
                        columns.append(pa.repeat(pa.scalar(keys.get(label)).cast(kind), batch.num_rows))
                table = pa.Table.from_arrays(columns, names=list(labels))
                yield table.cast(pa.schema([schema.field(label) for label in labels]))


def gather(batches: Iterable[Any]) -> Iterator[Table]:
    """Join small batches into tables of about 260,000 rows."""
    import pyarrow as pa

    held: list[pa.Table] = []
    rows = 0
    for batch in batches:
        table = _table(batch)
        held.append(table)
        rows += table.num_rows
        if rows >= BATCH:
            yield ArrowTable(pa.concat_tables(held))
            held, rows = [], 0
    if held:
        yield ArrowTable(pa.concat_tables(held))


def _table(batch: Any) -> pa.Table:
    import pyarrow as pa

    return batch if isinstance(batch, pa.Table) else pa.Table.from_batches([batch])


class _translated:  # noqa: N801 # reads as a statement
    """Turn what Arrow raises while it reads into a sentence."""

    def __init__(self, name: str | None) -> None:
        self._name = name or "the dataset"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        import pyarrow as pa

        if isinstance(error, pa.ArrowException | OSError) and not isinstance(error, ProfileError):
            raise ProfileError(f"{self._name} cannot be read: {(str(error) or 'damaged').splitlines()[0]}") from error


def read_arrow(name: str, chunks: pa.ChunkedArray) -> Values:  # noqa: PLR0911 # one for each kind
    """Return the values of one column."""
    import pyarrow as pa

    kind = chunks.type
    if isinstance(kind, pa.ExtensionType):
        return read_arrow(name, _storage(chunks))
    types = pa.types
    if types.is_boolean(kind):
        return _bools(name, chunks)
    if types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind) or types.is_duration(kind):
        return _numbers(name, chunks)
    if types.is_timestamp(kind) or types.is_date(kind):
        return _times(name, chunks)
    if _is_string(kind) or (types.is_dictionary(kind) and _is_plain(kind.value_type)):
        return _strings(name, chunks)
    if types.is_dictionary(kind):
        return read_arrow(name, chunks.cast(kind.value_type))
    if _is_list(kind) and (types.is_floating(kind.value_type) or types.is_integer(kind.value_type)):
        return _lists(name, chunks)
    return Values(name, "object", "empty" if types.is_null(kind) else OPAQUE, missing=_missing(chunks))


def _is_string(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_plain(kind: Any) -> bool:
    import pyarrow as pa

    return _is_string(kind) or bool(pa.types.is_integer(kind) or pa.types.is_boolean(kind))


def _is_list(kind: Any) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _storage(chunks: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return pa.chunked_array([chunk.storage for chunk in chunks.chunks], type=chunks.type.storage_type)


def _missing(chunks: pa.ChunkedArray) -> np.ndarray:
    import numpy as np

    return np.asarray(chunks.is_null().to_numpy(), dtype=bool)


def _bools(name: str, chunks: pa.ChunkedArray) -> Values:
    import numpy as np
    import pyarrow as pa

    bits = chunks.cast(pa.int8()).fill_null(-1).to_numpy()
    return Values(name, "bool", BOOL, codes=np.asarray(bits), labels=("False", "True"))


def _numbers(name: str, chunks: pa.ChunkedArray) -> Values:
    import numpy as np
    import pyarrow as pa

    kind = chunks.type
    integer = bool(pa.types.is_integer(kind))
    if pa.types.is_decimal(kind):  # by way of text, which rounds as Python does
        return Values(name, "object", NUMBER, numbers=chunks.cast(pa.string()).cast(pa.float64()).to_numpy())
    if pa.types.is_duration(kind):
        ticks = chunks.cast(pa.int64()).to_numpy()
        per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
        return Values(name, f"timedelta64[{kind.unit}]", NUMBER, numbers=ticks.astype(np.float64) / per)
    if integer and chunks.null_count:
        chunks = chunks.cast(pa.float64(), safe=False)
    elif pa.types.is_float16(kind):
        chunks = chunks.cast(pa.float32())
    told = {"double": "float64", "float": "float32", "halffloat": "float16"}.get(str(kind), str(kind))
    return Values(name, told, NUMBER, integer, numbers=np.asarray(chunks.to_numpy()))


def _times(name: str, chunks: pa.ChunkedArray) -> Values:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, missing = chunks.type, _missing(chunks)
    told = "object"
    if pa.types.is_timestamp(kind):
        told = f"datetime64[{kind.unit}{', ' + kind.tz if kind.tz else ''}]"
        chunks = pc.local_timestamp(chunks) if kind.tz else chunks
    else:
        chunks = chunks.cast(pa.date32() if pa.types.is_date32(kind) else pa.timestamp("ms"))
    seconds = chunks.to_numpy().astype("datetime64[s]").astype(np.int64)
    return Values(name, told, TIME, seconds=np.where(missing, 0, seconds), missing=missing)


def _strings(name: str, chunks: pa.ChunkedArray) -> Values:
    import numpy as np
    import pyarrow as pa

    told = "category" if pa.types.is_dictionary(chunks.type) else "str"
    coded = chunks if told == "category" else chunks.cast(pa.large_string()).dictionary_encode()
    coded = coded.unify_dictionaries()
    parts = [
        np.asarray(chunk.indices.cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False))
        for chunk in coded.chunks
    ]
    labels = coded.chunk(0).dictionary.to_pylist() if coded.num_chunks else []
    codes = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    if None in labels:
        codes = np.where(codes == labels.index(None), -1, codes)
    return Values(name, told, STRING, codes=codes, labels=tuple(map(str, labels)))


def _lists(name: str, chunks: pa.ChunkedArray) -> Values:
    """Read lists of numbers as vectors, where most have the same length of two or more."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    lengths = np.asarray(pc.list_value_length(chunks).fill_null(-1).to_numpy()).astype(np.int64)
    known = lengths[lengths >= 0]
    dimension = int(np.bincount(known).argmax()) if len(known) else 0
    if len(known) and dimension < _SHORTEST:
        return Values(name, "object", OPAQUE, missing=_missing(chunks))
    fits = lengths == dimension

    def read(start: int, stop: int) -> np.ndarray:
        some = chunks.slice(start, stop - start).filter(pa.array(fits[start:stop]))
        flat = [chunk.flatten().cast(pa.float64()).to_numpy(zero_copy_only=False) for chunk in some.chunks]
        block = np.full((min(stop, len(fits)) - start, dimension), np.nan)
        if flat:
            block[fits[start:stop]] = np.concatenate(flat).reshape(-1, dimension)
        return block

    return Values(name, "object", VECTOR, missing=~fits, dimension=dimension, vectors=read)
