"""`nbops judge`."""

from __future__ import annotations

from dataclasses import asdict

import click

from nbops.cli.answers import NO, json_option, tell_json


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--alias", default="champion", show_default=True, help="The alias that it would take.")
@json_option
@click.pass_context
def judge(ctx: click.Context, name: str, version: str, alias: str, as_json: bool) -> None:
    """Ask the gates whether VERSION of the model NAME may take an alias; exit code 3 when one objects."""
    from nbops.registry.judge import judge as judge_version

    verdict = judge_version(name, version, alias=alias)
    if as_json:
        tell_json({**asdict(verdict), "open": bool(verdict)})
    else:
        click.echo(str(verdict))
    if not verdict:
        ctx.exit(NO)
