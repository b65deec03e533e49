"""`nbops judge`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from nbops.cli.answers import NO, json_option, tell, tell_json


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--alias", default="champion", show_default=True, help="The alias that it would take.")
@click.option(
    "--on",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Table (CSV, Parquet) on which this version and the holder of the alias both predict.",
)
@click.option("--label", default="", help="Column of that table with the truth.")
@click.option("--metric", default="", help="auc, brier, accuracy, rmse or mae.")
@json_option
@click.pass_context
def judge(
    ctx: click.Context,
    name: str,
    version: str,
    alias: str,
    on: Path | None,
    label: str,
    metric: str,
    as_json: bool,
) -> None:
    """Ask the gates whether VERSION of the model NAME may take an alias; exit code 3 when one objects."""
    from nbops.registry.judge import judge as judge_version

    rows = None
    if on is not None:
        from nbops.cli.frames import read_frame

        rows = read_frame(on)
    verdict = judge_version(name, version, alias=alias, on=rows, label=label, metric=metric)
    if as_json:
        tell_json({**asdict(verdict), "open": bool(verdict)})
    else:
        tell(str(verdict))
    if not verdict:
        ctx.exit(NO)
