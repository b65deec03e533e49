"""Files that hold tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

_PARQUET, _CSV = {".parquet", ".pq"}, {".csv", ".gz", ".tsv", ".txt"}
_TABLES = {".parquet", ".pq", ".csv", ".tsv", ".csv.gz", ".tsv.gz"}


def is_table(path: Path) -> bool:
    """Say whether the ending of a file's name promises a table; of `.txt` and `.gz` alone nobody knows."""
    return "".join(path.suffixes[-2:]).lower() in _TABLES or path.suffix.lower() in _TABLES


def read_frame(path: Path) -> pd.DataFrame:
    """Read a CSV, TSV or Parquet file.

    Raises:
        click.UsageError: It is none of these, or cannot be read.
    """
    import pandas as pd

    try:
        if path.suffix.lower() in _PARQUET:
            return pd.read_parquet(path)
        if path.suffix.lower() in _CSV:
            return pd.read_csv(path, sep="\t" if ".tsv" in path.name.lower()[-7:] else ",")
    except (OSError, ValueError) as error:
        raise click.UsageError(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    raise click.UsageError(f"{path} is neither CSV nor Parquet")


def write_frame(frame: pd.DataFrame, path: Path) -> None:
    """Write *frame* as the CSV or Parquet file that *path*'s ending names, whole or not at all."""
    import io

    from nbops.workspace import write_file

    content = io.BytesIO()
    if path.suffix in _PARQUET:
        frame.to_parquet(content)
    elif path.suffix in _CSV - {".gz"}:
        frame.to_csv(content, index=False, sep="\t" if path.suffix == ".tsv" else ",")
    else:
        raise click.UsageError(f"{path} must end in .parquet or .csv")
    write_file(path, content.getvalue())
