"""`nbops run`."""

from __future__ import annotations

import sys
from typing import Any

import click

from nbops.cli.answers import FAILED, json_option, tell_json
from nbops.cli.parameters import parameter_options, read_parameters
from nbops.cli.show import describe


@click.command()
@click.argument("pipeline")
@parameter_options
@click.option("-o", "--output", help="Where the executed notebook goes; default: the workspace.")
@click.option(
    "--progress-bar/--no-progress-bar", default=None, help="Default: on a terminal, and with --json (on stderr)."
)
@json_option
@click.pass_context
def run(
    ctx: click.Context, /, pipeline: str, output: str | None, progress_bar: bool | None, as_json: bool, **given: Any
) -> None:
    """Run PIPELINE (a notebook, or the name of one) with parameters, as a tracked run."""
    from nbops.pipelines.list_pipelines import find_pipeline
    from nbops.pipelines.notebook.notebooks import read_notebook
    from nbops.pipelines.notebook.read_schema import read_schema
    from nbops.pipelines.running.run import run as run_pipeline
    from nbops.recording.to_wire import to_wire
    from nbops.workspace import find_workspace

    schema = read_schema(read_notebook(find_pipeline(pipeline, find_workspace())))
    parameters = read_parameters(**given, schema=schema)
    progress = as_json or sys.stderr.isatty() if progress_bar is None else progress_bar
    done = run_pipeline(pipeline, parameters, output=output, progress=progress)
    if as_json:
        tell_json(to_wire(done))
    else:
        click.echo(describe(done))
    if done.status != "FINISHED":
        ctx.exit(FAILED)
