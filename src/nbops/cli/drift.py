"""`nbops drift`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import NO, json_option, tell, tell_json, tell_notes

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport

_SIDE = "CSV, Parquet, profile (JSON) or snapshot."


@click.command()
@click.option("--current", required=True, help=f"What came in: {_SIDE}")
@click.option("--reference", required=True, help=f"What it is held against: {_SIDE}")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Share of healthy data that may reach warn.")
@click.option("--window", help="Cut the reference into windows of this length: 1D, 6h, 1W, '1000 rows'.")
@click.option("--limit", "limits", multiple=True, metavar="COLUMN=PSI", help="Your own limit for a column; repeatable.")
@click.option("--multivariate", is_flag=True, help="Also train a classifier to tell the two apart (takes seconds).")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Also write a page to look at.")
@json_option
@click.pass_context
def drift(
    ctx: click.Context,
    current: str,
    reference: str,
    alpha: float,
    window: str | None,
    limits: tuple[str, ...],
    multivariate: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Say whether the data have moved away from the reference, and which columns; exit code 3 when they have."""
    from nbops.monitoring.judging.drift import drift as compare

    report = compare(
        _side(current), _side(reference), alpha=alpha, window=window, limits=_limits(limits), multivariate=multivariate
    )
    if page is not None:
        _write_page(report, page)
    if as_json:
        tell_json(report.to_wire())
        tell_notes(report.notes)
    else:
        tell(str(report))
    if report.drifted:
        ctx.exit(NO)


def _write_page(report: DriftReport, path: Path) -> None:
    from nbops.monitoring.reporting.report_html import report_html
    from nbops.monitoring.watching.sensitive_columns import sensitive_columns
    from nbops.workspace import open_workspace, write_file

    if report.profiles is None:  # what was compared just now has both
        return
    hidden = sensitive_columns(report.columns, open_workspace())
    write_file(path, report_html(report, *report.profiles, hidden=hidden).encode(errors="replace"))


def _limits(given: tuple[str, ...]) -> dict[str, float]:
    limits = {}
    for text in given:
        name, mark, value = text.rpartition("=")
        try:
            limits[name] = float(value)
        except ValueError:
            mark = ""
        if not mark:
            raise click.BadParameter(f"{text!r} is not COLUMN=NUMBER", param_hint="--limit")
    return limits


def _side(source: str) -> Any:
    """Return a stored profile where *source* is a JSON file; `drift` itself knows tables and snapshots by name."""
    if source.endswith(".json") and Path(source).is_file():
        from nbops.profiles.profile import Profile

        return Profile.from_json(Path(source).read_text(encoding="utf-8"))
    return source
