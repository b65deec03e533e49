"""`nbops sync`."""

from __future__ import annotations

import click

from nbops.cli.answers import json_option, tell_json


@click.command()
@json_option
def sync(as_json: bool) -> None:
    """Bring every recorded run to MLflow now, and what others did in MLflow to the screens."""
    from nbops.recording.pending import pending
    from nbops.recording.sync import sync as synchronise
    from nbops.registry.documents import refresh
    from nbops.workspace import open_workspace

    workspace = open_workspace()
    synchronise(workspace)
    versions, waiting = refresh(workspace), pending(workspace)
    if as_json:
        tell_json({"pending": waiting, "versions": versions})
    else:
        click.echo(f"in step with MLflow: {waiting} records wait, {versions} versions known")
