"""`nbops run`."""

from __future__ import annotations

import sys
from typing import Any

import click

from nbops.cli.answers import FAILED, json_option, tell, tell_json
from nbops.cli.parameters import parameter_options, read_parameters
from nbops.cli.show import describe


@click.command()
@click.argument("pipeline", required=False)
@parameter_options
@click.option("-o", "--output", help="Where the executed notebook goes; default: the workspace.")
@click.option(
    "--progress-bar/--no-progress-bar", default=None, help="Default: on a terminal, and with --json (on stderr)."
)
@click.option("--resume", metavar="RUN", help="Go on with a run that failed or was killed, after its last good cell.")
@click.option("--fresh", is_flag=True, help="Execute every cell, also those that earlier runs make unnecessary.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    /,
    pipeline: str | None,
    output: str | None,
    progress_bar: bool | None,
    resume: str | None,
    fresh: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Run PIPELINE (a notebook, or the name of one) with parameters, as a tracked run."""
    from nbops.pipelines.running.run import run as run_pipeline
    from nbops.recording.to_wire import to_wire

    if pipeline is None and resume is None:
        raise click.UsageError("name a pipeline, or a run with --resume")
    parameters: dict[str, Any] | None = read_parameters(**given)
    progress = as_json or sys.stderr.isatty() if progress_bar is None else progress_bar
    if resume is not None and not parameters:
        parameters = None  # the run's own
    done = run_pipeline(pipeline, parameters, output=output, progress=progress, resume=resume, fresh=fresh)
    if as_json:
        tell_json(to_wire(done))
    else:
        click.echo(describe(done))
        for line in done.tags.get("nbops.reuse", "").splitlines():
            tell(line)
    if done.status != "FINISHED":
        ctx.exit(FAILED)
