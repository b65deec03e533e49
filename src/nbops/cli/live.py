"""`nbops live`: the boss's question in one command."""

from __future__ import annotations

import csv
import html
import io
from typing import TYPE_CHECKING

import click

from nbops.cli.answers import json_option, tell_json, tell_notes
from nbops.cli.tables import figures, moment, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.registry.live import Live

_HEAD = ("model", "version", "alias", "since", "by", "data", "drift", "metrics")


@click.command()
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@click.option("--html", "as_html", is_flag=True, help="Print an HTML table.")
@json_option
def live(as_csv: bool, as_html: bool, as_json: bool) -> None:
    """Say which version each alias points at, since when, by whom, on which data, and whether the data have drifted."""
    from nbops.registry.live import live as look

    found = look()
    if as_json:
        tell_json([line.to_json() for line in found])
        return
    rows = [_row(line) for line in found]
    if as_csv:
        click.echo(_csv(rows), nl=False)
    elif as_html:
        click.echo(_html(rows))
    elif rows:
        click.echo(table(_HEAD, rows))
    else:
        click.echo("no alias points at a version yet; try: nbops assign NAME VERSION champion")
    tell_notes(dict.fromkeys(f"{line.name}@{line.alias}: {line.warning}" for line in found if line.warning))


def _row(line: Live) -> tuple[str, ...]:
    data = ", ".join(f"{entry.get('name')} ({str(entry.get('id') or '')[:8]})" for entry in line.data)
    return (
        line.name,
        f"v{line.version}",
        line.alias,
        moment(line.since),
        line.by or "–",
        data or "–",
        line.drift,
        figures(line.metrics),
    )


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_HEAD, *rows])
    return text.getvalue()


def _html(rows: Sequence[Sequence[str]]) -> str:
    def line(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "\n".join(line(row, "td") for row in rows)
    return f"<table>\n<thead>{line(_HEAD, 'th')}</thead>\n<tbody>\n{body}\n</tbody>\n</table>"
