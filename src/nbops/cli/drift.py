"""`nbops drift`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import NO, json_option, tell_json
from nbops.cli.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = ("", "column", "measure", "statistic", "limit", "what")


@click.command()
@click.option("--current", required=True, help="What came in: CSV, Parquet, profile (JSON) or snapshot.")
@click.option("--reference", required=True, help="What it is held against: CSV, Parquet, profile (JSON) or snapshot.")
@click.option(
    "--alpha", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="False-alarm rate; default 0.05."
)
@json_option
@click.pass_context
def drift(ctx: click.Context, current: str, reference: str, alpha: float | None, as_json: bool) -> None:
    """Say whether the data have moved away from the reference, and which columns; exit code 3 when they have."""
    from nbops.monitoring.drift import drift as compare

    options = {} if alpha is None else {"alpha": alpha}
    report = compare(_side(current), _side(reference), **options)
    body = _body(report)
    if _swapped(body["current"], body["reference"]):
        click.echo(
            "warning: the current data end before the reference begins; are --current and --reference swapped?",
            err=True,
        )
    if as_json:
        tell_json(body)
    else:
        click.echo(_text(body))
    if report.drifted:
        ctx.exit(NO)


def _side(source: str) -> Any:
    if source.endswith(".json") and Path(source).is_file():
        from nbops.profiles.profile import Profile

        return Profile.from_json(Path(source).read_text(encoding="utf-8"))
    return source


def _body(report: Any) -> dict[str, Any]:
    body = report.to_json()
    return dict(json.loads(body) if isinstance(body, str) else body)


def _swapped(current: Mapping[str, Any], reference: Mapping[str, Any]) -> bool:
    ends, begins = current.get("to"), reference.get("from")
    return ends is not None and begins is not None and str(ends) < str(begins)


def _text(body: Mapping[str, Any]) -> str:
    lines = [f"{_described(body['reference'])} → {_described(body['current'])}: {body['state']}"]
    columns = body.get("columns") or []
    moved = sorted((column for column in columns if column.get("drifted")), key=_excess, reverse=True)
    if moved:
        lines.append(table(_HEAD, [_row(column) for column in moved]))
    lines.append(f"{len(moved)} of {len(columns)} columns moved")
    return "\n".join(lines)


def _row(column: Mapping[str, Any]) -> tuple[Any, ...]:
    return (
        "✗",
        column.get("name"),
        column.get("measure"),
        column.get("statistic"),
        column.get("threshold"),
        column.get("sentence"),
    )


def _excess(column: Mapping[str, Any]) -> float:
    threshold = column.get("threshold") or 0.0
    return float(column.get("statistic") or 0.0) / threshold if threshold else float("inf")


def _described(side: Mapping[str, Any]) -> str:
    dates = f", {side['from']} … {side['to']}" if side.get("from") and side.get("to") else ""
    return f"{side.get('name') or 'unnamed'} ({side.get('rows')} rows{dates})"
