"""`nbops profile`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nbops.cli.answers import json_option, tell, tell_json
from nbops.cli.tables import table
from nbops.readiness.sizes import in_bytes

if TYPE_CHECKING:
    from nbops.profiles.column import Column

_HEAD = ("column", "kind", "role", "missing", "distinct", "mean", "low", "high")


@click.command()
@click.argument("source")
@click.option("--time", help="Column that says when a row happened.")
@click.option("--window", help="Also count per window of this length: 1D, 6h, 30min, 1W. Default with --time: 1D.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Write the profile to this JSON file.")
@json_option
def profile(source: str, time: str | None, window: str | None, to: Path | None, as_json: bool) -> None:
    """Summarise SOURCE (a CSV or Parquet file, or a snapshot) in a few kilobytes."""
    from nbops.profiles.profile import profile as summarise
    from nbops.workspace import write_file

    made = summarise(source, time=time, window=window)
    text = made.to_json()
    if to is not None:
        write_file(to, text.encode())
    if as_json:
        tell_json(json.loads(text))
        return
    dates = f", {made.start} … {made.end}" if made.start else ""
    tell(f"{made.name or source}: {made.rows} rows × {len(made.columns)} columns{dates}, {in_bytes(len(text))}")
    tell(table(_HEAD, [_row(column) for column in made.columns.values()]))
    if to is not None:
        tell(f"written to {to}")


def _row(column: Column) -> tuple[str | float | None, ...]:
    return (
        column.name,
        column.kind,
        column.role,
        column.cells[-1],
        column.distinct or None,
        column.mean,
        column.low,
        column.high,
    )
