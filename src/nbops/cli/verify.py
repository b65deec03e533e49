"""`nbops verify`."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from nbops.cli.answers import NO, json_option, tell, tell_json


@click.command()
@click.argument("pipeline")
@json_option
@click.pass_context
def verify(ctx: click.Context, pipeline: str, as_json: bool) -> None:
    """Prove PIPELINE again in a fresh kernel, as it is now; exit code 3 when it does not hold."""
    from nbops.pipelines.verifying.verify import verify as verify_pipeline

    verdict = verify_pipeline(pipeline, progress=True)
    if as_json:
        body = asdict(verdict)
        body["run_id"] = body.pop("run")
        tell_json(body | {"notebook": str(verdict.notebook)})
    else:
        tell(f"{os.path.relpath(verdict.notebook or pipeline)}: {verdict}")
        for caution in verdict.cautions:
            tell(f"caution: {caution}")
    if not verdict:
        ctx.exit(NO)
