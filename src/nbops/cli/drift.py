"""`nbops drift`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from nbops.cli.answers import NO, json_option, tell, tell_json, tell_notes

_SIDE = "CSV, Parquet, profile (JSON) or snapshot."


@click.command()
@click.option("--current", required=True, help=f"What came in: {_SIDE}")
@click.option("--reference", required=True, help=f"What it is held against: {_SIDE}")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Share of healthy data that may reach warn.")
@json_option
@click.pass_context
def drift(ctx: click.Context, current: str, reference: str, alpha: float, as_json: bool) -> None:
    """Say whether the data have moved away from the reference, and which columns; exit code 3 when they have."""
    from nbops.monitoring.judging.drift import drift as compare

    report = compare(_side(current), _side(reference), alpha=alpha)
    if as_json:
        tell_json(report.to_wire())
        tell_notes(report.notes)
    else:
        tell(str(report))
    if report.drifted:
        ctx.exit(NO)


def _side(source: str) -> Any:
    """Return a stored profile where *source* is a JSON file; `drift` itself knows tables and snapshots by name."""
    if source.endswith(".json") and Path(source).is_file():
        from nbops.profiles.profile import Profile

        return Profile.from_json(Path(source).read_text(encoding="utf-8"))
    return source
