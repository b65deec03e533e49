"""`nbops retrain`."""

from __future__ import annotations

import click

from nbops.cli.answers import FAILED, NO, json_option, tell, tell_json, tell_notes


@click.command()
@click.argument("watch")
@click.option("--dry-run", is_flag=True, help="Only say whether it would, and why.")
@click.option(
    "--force",
    default="",
    metavar="REASON",
    help="Without a trigger and in spite of limits; never of broken data, gates.",
)
@json_option
@click.pass_context
def retrain(ctx: click.Context, watch: str, dry_run: bool, force: str, as_json: bool) -> None:
    """Train the model of WATCH on its new data, if its plan finds reason to (`nbops watch retrain`).

    Exit codes: 0 a version stands or nothing is to be done, 3 gates refuse the version or the data break their
    contract, 1 the pipeline failed.
    """
    from nbops.alerts.send import send
    from nbops.errors import NbopsError
    from nbops.monitoring.retraining.retrain import retrain as train
    from nbops.monitoring.retraining.retraining import BEGUN, BROKEN, REFUSED
    from nbops.monitoring.retraining.retraining import FAILED as RUN_FAILED
    from nbops.workspace import find_workspace

    place = find_workspace()
    came = train(watch, dry_run=dry_run, force=force, workspace=place)
    if not dry_run:
        try:
            send(place)
        except (NbopsError, OSError) as error:
            tell_notes([f"alerts cannot be sent: {error}"])
    if as_json:
        tell_json(came.to_wire())
    elif dry_run and came.outcome == BEGUN:
        tell(f"{watch}: would retrain on {came.label}, because of {came.trigger}: {came.sentence}")
    else:
        tell(str(came))
    if came.outcome in {REFUSED, BROKEN, RUN_FAILED}:
        ctx.exit(FAILED if came.outcome == RUN_FAILED else NO)
