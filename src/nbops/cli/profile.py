"""`nbops profile`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from nbops.cli.answers import json_option, tell_json
from nbops.cli.tables import facts


@click.command()
@click.argument("source")
@click.option("--time", help="Column that says when a row happened.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="Write the profile to this JSON file.")
@json_option
def profile(source: str, time: str | None, to: Path | None, as_json: bool) -> None:
    """Summarise SOURCE (a CSV or Parquet file, or a snapshot) in a few kilobytes."""
    from nbops.profiles.profile import profile as summarise
    from nbops.workspace import write_file

    made = summarise(dataset(source), time=time)
    body = _body(made)
    if to is not None:
        write_file(to, json.dumps(body).encode())
    if as_json:
        tell_json(body)
        return
    columns = ", ".join(str(name) for name in made.columns)
    click.echo(facts([("rows", made.rows), ("columns", columns), ("bytes", len(json.dumps(body))), ("written", to)]))


def dataset(source: str) -> Any:
    """Return what *source* names: the path of a file that exists, else the restored snapshot.

    Raises:
        SnapshotNotFound: It is neither a file nor a snapshot.
    """
    if Path(source).is_file():
        return Path(source)
    from nbops.snapshots.load import load

    return load(source)


def _body(made: Any) -> Any:
    body = made.to_json()
    return json.loads(body) if isinstance(body, str) else body
