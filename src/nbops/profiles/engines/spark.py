"""Spark's adapter: the same counter runs in every partition, and only its counts travel to the driver."""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from nbops.errors import ProfileError
from nbops.profiles.engines.arrow import ArrowTable, gather
from nbops.profiles.table import Parts, Table, unique_labels

if TYPE_CHECKING:
    import pyarrow as pa

_SAID = re.compile(r"nbops\.errors\.\w+: (.+)")
_APART = 0x9E3779B1


class SparkParts(Parts):
    """A Spark frame. Columns are renamed by their place, as labels may hold dots or occur twice."""

    distributed = True

    def __init__(self, frame: Any) -> None:
        self.names, positions, self.duplicates = unique_labels(list(frame.columns))
        self._places = dict(zip(self.names, positions, strict=True))
        self._frame = _plain(frame)

    def head(self) -> Table:
        """Return the types of the columns."""
        return ArrowTable(self._arrow(0), self.name)

    def count_rows(self) -> int:
        """Return the number of rows, which runs the frame."""
        from pyspark.errors import PySparkException

        try:
            return int(self._frame.count())
        except PySparkException as error:
            _translate(error)

    def whole(self) -> Table:
        """Bring everything to the driver."""
        return ArrowTable(self._arrow(None), self.name)

    def _arrow(self, rows: int | None) -> pa.Table:
        from pyspark.errors import PySparkException

        some = self._frame if rows is None else self._frame.limit(rows)
        try:
            table = some.select([f"c{at}" for at in self._places.values()]).toArrow()
        except PySparkException as error:
            _translate(error)
        return table.rename_columns(list(self.names))

    def fold(self, read: Callable[[Iterator[Table], int, int], Any], names: Sequence[str], rows: int) -> list[Any]:
        """Read the columns *names* in every partition."""
        from pyspark.errors import PySparkException

        labels = list(names)
        some = self._frame.select([f"c{self._places[name]}" for name in labels])
        try:
            found = some.mapInArrow(_Reader(read, labels, rows), "place int, seen binary").collect()
        except PySparkException as error:
            _translate(error)
        found.sort(key=lambda row: row[0])
        return [pickle.loads(row[1]) for row in found]  # noqa: S301 # written by our own reader


class _Reader:
    """Reads one partition; a class, as a nested function could not be pickled by its name."""

    def __init__(self, read: Callable[[Iterator[Table], int, int], Any], labels: list[str], rows: int) -> None:
        self._read, self._labels, self._rows = read, labels, rows

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa
        from pyspark import TaskContext

        context = TaskContext.get()
        place = context.partitionId() if context is not None else 0
        start = place * _APART % max(self._rows, 1)
        tables = (pa.Table.from_batches([batch]).rename_columns(self._labels) for batch in batches)
        seen = self._read(gather(tables), start, self._rows)
        yield pa.RecordBatch.from_arrays(
            [pa.array([place], pa.int32()), pa.array([pickle.dumps(seen)], pa.binary())], ["place", "seen"]
        )


def open_spark(source: Any) -> Parts:
    """Open a Spark frame. It is run once for its rows and once or twice for its columns.

    Raises:
        ProfileError: It is none, or is a stream.
    """
    if not hasattr(source, "mapInArrow"):
        kind = type(source)
        raise ProfileError(
            f"a profile is made from rows and columns, not from {kind.__module__.partition('.')[0]}.{kind.__name__}",
            hint="a pyspark.sql.DataFrame; of a frame of pandas on Spark, frame.to_spark()",
        )
    if source.isStreaming:
        raise ProfileError("a stream has no end to profile it at", hint="foreachBatch, with one profile for each batch")
    return SparkParts(source)


def _plain(frame: Any) -> Any:
    """Rename columns by their place; MLlib's vectors become arrays, and what Arrow does not know only says if it is."""
    from pyspark.sql import functions as sql
    from pyspark.sql.types import UserDefinedType

    frame = frame.toDF(*[f"c{at}" for at in range(len(frame.columns))])
    columns = []
    for part in frame.schema.fields:
        column = sql.col(part.name)
        if type(part.dataType).__name__ == "VectorUDT":
            from pyspark.ml.functions import vector_to_array

            column = vector_to_array(column).alias(part.name)
        elif isinstance(part.dataType, UserDefinedType) or type(part.dataType).__name__ in _FOREIGN:
            column = sql.when(column.isNotNull(), sql.struct(sql.lit(0))).alias(part.name)
        columns.append(column)
    return frame.select(columns)


_FOREIGN = {"VariantType", "CalendarIntervalType", "YearMonthIntervalType", "GeometryType", "GeographyType"}


def _translate(error: Exception) -> NoReturn:
    text = str(error)
    said = _SAID.search(text)
    if said is not None:
        raise ProfileError(said[1].strip()) from error
    if "No module named 'nbops'" in text:
        raise ProfileError("the workers of this cluster do not have nbops", hint="pip install nbops there") from error
    raise ProfileError(f"Spark cannot run this: {text.strip().splitlines()[0]}") from error
