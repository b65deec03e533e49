"""`nbops sync`."""

from __future__ import annotations

import os

import click

from nbops.cli.answers import json_option, tell_json


@click.command()
@json_option
def sync(as_json: bool) -> None:
    """Bring every recorded run to MLflow now, and what others did in MLflow to the screens."""
    from nbops.recording.process.start import IMPATIENT
    from nbops.recording.sync import sync as synchronise
    from nbops.registry.documents import refresh
    from nbops.workspace import open_workspace

    for name, value in IMPATIENT.items():  # MLflow's client would ask a server that does not answer for minutes
        os.environ.setdefault(name, value)
    workspace = open_workspace()
    done = synchronise(workspace)
    versions = refresh(workspace)
    if as_json:
        known = {"recorded": done.recorded, "pending": done.pending, "pulled": done.pulled, "versions": versions}
        tell_json(known | {"refused": done.refused, "reason": done.reason})
    else:
        click.echo(
            f"{done.recorded} runs written to MLflow, {done.pending} still wait, "
            f"{done.pulled} taken over from MLflow; {versions} versions known"
        )
        if done.refused:
            click.echo(f"{done.refused} are not taken by MLflow: {done.reason}")
