"""DuckDB's adapter: a relation in batches of Arrow, however large what it reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.engines.arrow import BATCH, ArrowParts

if TYPE_CHECKING:
    import pyarrow as pa

    from nbops.profiles.table import Parts


def open_relation(source: Any) -> Parts:
    """Open a relation. It is run once for its rows and once or twice for its columns.

    Raises:
        ProfileError: It is no relation, or DuckDB cannot run it.
    """
    import duckdb

    if not isinstance(source, duckdb.DuckDBPyRelation):
        raise ProfileError(
            f"a profile is made from rows and columns, not from duckdb.{type(source).__name__}",
            hint='connection.sql("SELECT …") or connection.table("NAME")',
        )

    def read(names: Sequence[str]) -> Iterable[pa.RecordBatch]:
        quoted = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        try:
            some = source.project(quoted)
            reader = getattr(some, "to_arrow_reader", None) or some.fetch_record_batch  # before DuckDB 1.4
            yield from reader(BATCH // 2)
        except duckdb.Error as error:
            raise _said(error) from error

    def count() -> int:
        try:
            rows = source.aggregate("count(*)").fetchall()
        except duckdb.Error as error:
            raise _said(error) from error
        return int(rows[0][0]) if rows else 0

    try:
        schema = source.limit(0).to_arrow_table().schema
    except duckdb.Error as error:
        raise _said(error) from error
    return ArrowParts(schema, read, count)


def _said(error: Exception) -> ProfileError:
    return ProfileError(f"DuckDB cannot run this: {str(error).splitlines()[0]}")
