"""`nbops performance`."""

from __future__ import annotations

import click

from nbops.cli.answers import NO, json_option, tell, tell_json, tell_notes


@click.command()
@click.argument("current", metavar="DATA")
@click.option("--label", required=True, help="Column of what turned out to be true.")
@click.option("--prediction", help="Column of what was predicted.")
@click.option("--score", help="Column of the positive class's probability.")
@click.option("--task", help="classification, regression or ranking.")
@click.option("--reference", help="Healthy rows with labels: CSV, Parquet or snapshot.")
@click.option("--slice", "slices", multiple=True, help="Column to slice by (may be repeated).")
@click.option("--sensitive", multiple=True, help="Column of groups to treat alike (may be repeated).")
@click.option("--by", help="Column of times to cut windows by.")
@click.option("--window", help="Length of a window, such as 1D; or a number of rows.")
@click.option("--positive", help="The positive class.")
@click.option("--query", help="Column of the query, for rankings.")
@click.option("--kpi", "kpis", multiple=True, help="Column whose mean counts (may be repeated).")
@click.option("--tolerance", type=float, default=0.0, help="Share of the reference's value it may be worse by.")
@json_option
@click.pass_context
def performance(
    ctx: click.Context,
    current: str,
    label: str,
    prediction: str | None,
    score: str | None,
    task: str | None,
    reference: str | None,
    slices: tuple[str, ...],
    sensitive: tuple[str, ...],
    by: str | None,
    window: str | None,
    positive: str | None,
    query: str | None,
    kpis: tuple[str, ...],
    tolerance: float,
    as_json: bool,
) -> None:
    """Say how good the predictions in DATA were; without labels, how good they should be.

    DATA is a CSV or Parquet file, or a snapshot. Exit code 3 when it is worse than the reference beyond chance.
    """
    from nbops.monitoring.performance.performance import performance as measure

    report = measure(
        current,
        label=label,
        prediction=prediction,
        score=score,
        task=task,
        reference=reference,
        slices=slices,
        sensitive=sensitive,
        by=by,
        window=int(window) if window and window.isdigit() else window,
        positive=positive,
        query=query,
        kpis={name: name for name in kpis},
        tolerance=tolerance,
    )
    if as_json:
        tell_json(report.to_wire())
        tell_notes(report.notes)
    else:
        tell(str(report))
    if report.worse:
        ctx.exit(NO)
