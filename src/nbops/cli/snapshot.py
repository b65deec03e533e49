"""`nbops snapshot`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import json_option, tell_json
from nbops.cli.tables import ago, table
from nbops.readiness.sizes import in_bytes

if TYPE_CHECKING:
    from nbops.snapshots.snapshot import Snapshot


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="What to call it; default: the file's name.")
@click.option("--list", "listing", is_flag=True, help="List the snapshots of the workspace instead.")
@json_option
def snapshot(file: Path | None, name: str | None, listing: bool, as_json: bool) -> None:
    """Keep the table in FILE (CSV, Parquet), storing only what is new."""
    from nbops.workspace import find_workspace

    if listing or file is None:
        if file is not None or not listing:
            raise click.UsageError("give a FILE or --list")
        from nbops.snapshots.list_snapshots import list_snapshots

        _list(list_snapshots(find_workspace()), as_json)
        return
    from nbops.cli.frames import read_frame
    from nbops.snapshots.snapshot import snapshot as take

    taken = take(read_frame(file), name or file.stem)
    if as_json:
        tell_json(wire(taken))
    else:
        click.echo(
            f"{taken.name} {taken.id[:12]}: {taken.rows} rows × {len(taken.columns)} columns, "
            f"{in_bytes(taken.bytes)}, {in_bytes(taken.new_bytes)} new"
        )


def _list(found: list[Snapshot], as_json: bool) -> None:
    if as_json:
        tell_json([wire(taken) for taken in found])
        return
    rows = [
        (
            taken.id[:12],
            taken.name,
            taken.kind,
            taken.rows,
            len(taken.columns),
            in_bytes(taken.bytes),
            ago(taken.created),
        )
        for taken in found
    ]
    head = ("snapshot", "name", "kind", "rows", "columns", "size", "taken")
    click.echo(table(head, rows) if rows else "no snapshots yet; try: nbops snapshot FILE")


def wire(taken: Snapshot) -> dict[str, Any]:
    """Return plain JSON values."""
    return {
        "id": taken.id,
        "name": taken.name,
        "kind": taken.kind,
        "rows": taken.rows,
        "columns": dict(taken.columns),
        "bytes": taken.bytes,
        "new_bytes": taken.new_bytes,
        "created": taken.created,
    }
