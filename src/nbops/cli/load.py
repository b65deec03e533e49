"""`nbops load`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nbops.cli.answers import json_option, tell_json

_FEW = 10


@click.command()
@click.argument("ref")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this CSV or Parquet file.")
@json_option
def load(ref: str, to: Path | None, as_json: bool) -> None:
    """Restore the snapshot REF (id, beginning of one, or name): look at its first rows, or write it to a file."""
    from nbops.snapshots.load import load as restore

    restored = restore(ref)
    if to is not None:
        from nbops.cli.frames import write_frame

        write_frame(_framed(restored), to)
    if as_json:
        tell_json(_wire(ref, restored, to))
    elif to is None:
        click.echo(_framed(restored).head(_FEW).to_string())
        click.echo(f"{len(restored)} rows")
    else:
        click.echo(f"{len(restored)} rows written to {to}")


def _framed(restored: Any) -> Any:
    import pandas as pd

    if isinstance(restored, pd.DataFrame):
        return restored
    if isinstance(restored, pd.Series):
        return restored.to_frame(restored.name if restored.name is not None else "value")
    if hasattr(restored, "to_pandas"):
        return restored.to_pandas()
    try:
        return pd.DataFrame(restored)
    except ValueError as error:
        raise click.UsageError(f"a {type(restored).__name__} does not fit into a table: {error}") from error


def _wire(ref: str, restored: Any, to: Path | None) -> dict[str, Any]:
    frame = _framed(restored)
    return {
        "ref": ref,
        "rows": len(frame),
        "columns": {str(label): str(kind) for label, kind in frame.dtypes.items()},
        "path": str(to) if to else None,
        "first": frame.head(_FEW).astype(object).where(frame.head(_FEW).notna(), None).to_dict("records"),
    }
