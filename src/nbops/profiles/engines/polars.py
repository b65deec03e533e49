"""Polars' adapter: eager frames as Arrow, which copies next to nothing; lazy ones in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.engines.arrow import BATCH, ArrowParts, ArrowTable

if TYPE_CHECKING:
    import pyarrow as pa

    from nbops.profiles.table import Parts, Table


def open_polars(source: Any) -> Table | Parts:
    """Open a frame, Series or lazy frame. A lazy one is run once for its rows and once or twice for its columns.

    Raises:
        ProfileError: It is none of these, or holds Python objects, which leave Polars only as themselves.
    """
    import polars as pl

    if isinstance(source, pl.Series):
        source = source.to_frame(source.name or "value")
    if isinstance(source, pl.DataFrame):
        return ArrowTable(_arrow(source))
    if not isinstance(source, pl.LazyFrame):
        raise ProfileError(f"a profile is made from rows and columns, not from polars.{type(source).__name__}")
    try:
        schema = _arrow(source.collect_schema().to_frame()).schema
    except pl.exceptions.PolarsError as error:
        raise _said(error) from error

    def read(names: Sequence[str]) -> Iterable[pa.Table]:
        try:
            for frame in source.select(names).collect_batches(chunk_size=BATCH // 2, maintain_order=True):
                yield _arrow(frame)
        except pl.exceptions.PolarsError as error:
            raise _said(error) from error

    def count() -> int:
        try:
            return int(source.select(pl.len()).collect(engine="streaming").item())
        except pl.exceptions.PolarsError as error:
            raise _said(error) from error

    reading: Callable[[Sequence[str]], Iterable[Any]] = read
    return ArrowParts(schema, reading, count)


def _arrow(frame: Any) -> pa.Table:
    import polars as pl

    objects = [name for name, kind in frame.schema.items() if kind == pl.Object]
    if objects:  # what they are cannot be told; that they are missing can
        frame = frame.with_columns(
            pl.when(pl.col(name).is_null()).then(None).otherwise(pl.struct(pl.lit(0))).alias(name) for name in objects
        )
    try:
        table: pa.Table = frame.to_arrow()
    except pl.exceptions.PolarsError as error:
        raise _said(error) from error
    return table


def _said(error: Exception) -> ProfileError:
    return ProfileError(f"Polars cannot read this: {str(error).splitlines()[0]}")
