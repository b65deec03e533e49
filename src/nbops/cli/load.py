"""`nbops load`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nbops.cli.answers import json_option, tell_json

_FEW = 10


@click.command()
@click.argument("ref")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="PLACE",
    help="Write a table to this CSV or Parquet file; files here.",
)
@json_option
def load(ref: str, to: Path | None, as_json: bool) -> None:
    """Restore the snapshot REF (id, beginning of one, or name).

    Of a table the first rows are shown, or all of it is written to the CSV or Parquet file that --to names. A folder is
    written to --to, which must not exist or be empty; a file to --to, or into it where it is a folder.
    """
    from nbops.snapshots.describe import describe
    from nbops.snapshots.load import load as restore

    found = describe(ref)
    if found.kind in {"file", "folder"}:
        if to is None:
            raise click.UsageError(f"{ref} is a {found.kind}: say with --to where it shall go")
        place = restore(found, to=to)
        if as_json:
            tell_json({"ref": ref, "files": found.rows, "path": str(place)})
        else:
            click.echo(f"{found.rows} file{'s' * (found.rows != 1)} written to {place}")
        return
    if to is not None and to.is_dir():
        raise click.UsageError(f"{to} is a folder; name a CSV or Parquet file")
    restored = restore(found)
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
