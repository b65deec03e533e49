"""`nbops promote`."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import json_option, tell, tell_json
from nbops.cli.tables import figures
from nbops.errors import RunNotFound
from nbops.widgets.code_lines import MARK
from nbops.widgets.sliced_cells import called

if TYPE_CHECKING:
    from nbops.pipelines.promotion import Promotion

_SHORT = 50


@click.command()
@click.argument("run", default="last")
@click.option("--to", help="Notebook to write; default: named after the run.")
@click.option("--name", help="Name of the pipeline; default: that of the notebook.")
@click.option(
    "--data",
    type=click.Choice(["source", "snapshot"]),
    default="source",
    show_default=True,
    help="What the pipeline reads: the run's sources, or its snapshots for good.",
)
@click.option("--parameter", "parameters", multiple=True, help="A literal that becomes a parameter, too; repeatable.")
@click.option("--explain", is_flag=True, help="Only show which cells would be kept, and why; writes nothing.")
@json_option
def promote(
    run: str, to: str | None, name: str | None, data: str, parameters: tuple[str, ...], explain: bool, as_json: bool
) -> None:
    """Turn RUN into a pipeline notebook and prove that it reproduces the result."""
    if explain and (to or name):
        raise click.UsageError("--explain writes nothing: leave out --to and --name, or --explain")
    try:
        if explain:
            _explain(run, parameters, as_json=as_json)
        else:
            _promote(run, as_json=as_json, to=to, name=name, data=data, parameters=parameters)
    except RunNotFound as error:
        if _is_model(run):
            told = f"{error}; {run!r} is a registered model: did you mean `nbops assign {run} VERSION ALIAS`?"
            raise RunNotFound(told, hint=f"nbops assign {run} 1 champion") from error
        raise


def _promote(run: str, *, as_json: bool, **how: Any) -> None:
    from nbops.pipelines.promote import promote as promote_run

    done = promote_run(run, **how, progress=as_json or sys.stderr.isatty())
    if as_json:
        tell_json(_wire(done))
    else:
        tell(_report(done))


def _explain(run: str, parameters: tuple[str, ...], *, as_json: bool) -> None:
    from nbops.pipelines.explain import explain
    from nbops.widgets.explanation_view import explanation_view

    found = explain(run, parameters=parameters)
    if as_json:
        tell_json(found.to_wire())
        return
    for line in explanation_view(found).text.splitlines():
        click.echo(line if "NO_COLOR" in os.environ else _coloured(line))


def _coloured(line: str) -> str:
    """Colour what the signs say already; a pipe gets none of it."""
    if line.startswith("+ "):
        return click.style(line, fg="green")
    if line.startswith("- "):
        return click.style(line, dim=True)
    marked = line.lstrip().startswith((MARK, "! "))
    return click.style(line, fg="yellow") if marked else line


def _is_model(name: str) -> bool:
    """Look into the read model only: this must answer before MLflow could be imported."""
    from nbops.recording.folding.read_model import ReadModel
    from nbops.workspace import find_workspace

    return any(body.get("name") == name for body in ReadModel(find_workspace()).list("version"))


def _wire(done: Promotion) -> dict[str, Any]:
    body = asdict(done)
    body["run_id"] = body.pop("run")
    return body | {"notebook": str(done.notebook)}


def _report(done: Promotion) -> str:
    lines = [f"{os.path.relpath(done.notebook)}: {done.verdict}"]
    if done.parameters:
        lines.append(f"parameters  {figures({item['name']: item['default'] for item in done.parameters})}")
    if done.candidates:
        lines.append(f"literals that could become parameters  {', '.join(done.candidates)}")
    for title, cells in (("kept", done.kept), ("dropped", done.dropped)):
        lines.append(f"{title} {len(cells)}")
        lines += [f"  {called(cell)} {_first(cell.source)} · {cell.reason}" for cell in cells]
    return "\n".join([*lines, *(f"caution: {caution}" for caution in done.cautions)])


def _first(source: str) -> str:
    line = next((line for line in source.splitlines() if line.strip() and not line.startswith("%%")), "")
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
