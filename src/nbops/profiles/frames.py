"""Open any dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.profiles.table import Parts, Table

IN_MEMORY = 20_000_000  # values; what is smaller is read at once
_PARQUET = (".parquet", ".pq")
_GLOBS = "*?["


def open_table(source: object, *, workspace: object = None) -> Table:
    """Open a dataset as one table in memory; see `open_dataset`.

    Raises:
        ProfileError: It is no dataset, or cannot be read.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    from nbops.profiles.table import Parts

    opened = open_dataset(source, workspace=workspace)
    return opened.whole() if isinstance(opened, Parts) else opened


def open_dataset(source: Any, *, workspace: object = None) -> Table | Parts:  # noqa: PLR0911 # one for each library
    """Open a dataset, whatever library holds it, as a table or, where it is not in memory, in parts.

    Args:
        source: Frame of pandas, Polars, Spark or of another library that narwhals reads, Polars' lazy frame, Series,
            array, Arrow table, DuckDB relation, mapping of columns, path of a file or of a folder of Parquet files,
            snapshot, or its id or name.
        workspace: Where snapshots lie.

    Raises:
        ProfileError: It is none of these, or cannot be read.
        SnapshotNotFound: A text names neither a file nor a snapshot.
    """
    from nbops.profiles.table import Parts, Table

    if isinstance(source, Table | Parts):
        return source
    if isinstance(source, str | Path):
        return _open_path(source, workspace)
    root = type(source).__module__.partition(".")[0]
    if type(source).__module__.startswith("nbops.snapshots"):
        return _restored(source, workspace)
    if root == "polars":
        from nbops.profiles.engines.polars import open_polars

        return open_polars(source)
    if root == "pyarrow":
        from nbops.profiles.engines.arrow import open_arrow

        return open_arrow(source)
    if root in {"duckdb", "_duckdb"}:
        from nbops.profiles.engines.duckdb import open_relation

        return open_relation(source)
    if root == "pyspark":
        from nbops.profiles.engines.spark import open_spark

        return open_spark(source)
    from nbops.profiles.engines.pandas import is_pandas, open_pandas

    if is_pandas(source):
        return open_pandas(source)
    from nbops.profiles.engines.narwhals import open_narwhals

    return open_narwhals(source) or open_pandas(source)


def _open_path(source: str | Path, workspace: object) -> Table | Parts:
    from nbops.profiles.engines.pandas import read_pandas

    path = Path(source)
    pattern = not path.exists() and any(sign in path.name for sign in _GLOBS)
    if path.is_dir() or (path.suffix.lower() in _PARQUET and (path.is_file() or pattern)):
        from nbops.profiles.engines.parquet import open_parquet

        opened = open_parquet(path)
        if opened is not None:
            return opened
    return read_pandas(path) if path.is_file() else _restored(source, workspace)


def _restored(ref: Any, workspace: Any) -> Table | Parts:
    from nbops.snapshots.load import load

    text = str(ref) if isinstance(ref, str | Path) else (getattr(ref, "name", None) or getattr(ref, "id", "")[:12])
    opened = open_dataset(load(str(ref) if isinstance(ref, Path) else ref, workspace=workspace))
    opened.name = opened.name or text
    return opened
