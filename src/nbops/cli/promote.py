"""`nbops promote`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import json_option, tell_json
from nbops.cli.tables import figures
from nbops.errors import RunNotFound

if TYPE_CHECKING:
    from nbops.pipelines.promote import Promotion

_SHORT = 50


@click.command()
@click.argument("run", default="last")
@click.option("--to", help="Notebook to write; default: named after the run.")
@click.option("--name", help="Name of the pipeline; default: that of the notebook.")
@json_option
def promote(run: str, to: str | None, name: str | None, as_json: bool) -> None:
    """Turn RUN into a pipeline notebook and prove that it reproduces the result."""
    from nbops.pipelines.promote import promote as promote_run

    try:
        done = promote_run(run, to, name=name)
    except RunNotFound as error:
        if _is_model(run):
            told = f"{error}; {run!r} is a registered model: did you mean `nbops assign {run} VERSION ALIAS`?"
            raise RunNotFound(told, hint=f"nbops assign {run} 1 champion") from error
        raise
    if as_json:
        tell_json(_wire(done))
    else:
        click.echo(_report(done))


def _is_model(name: str) -> bool:
    """Look into the read model only: this must answer before MLflow could be imported."""
    from nbops.recording.read_model import ReadModel
    from nbops.workspace import find_workspace

    return any(body.get("name") == name for body in ReadModel(find_workspace()).list("version"))


def _wire(done: Promotion) -> dict[str, Any]:
    return {
        "notebook": str(done.notebook),
        "verified": done.verified,
        "verdict": done.verdict,
        "run_id": getattr(done.run, "id", done.run),
        "parameters": done.parameters,
        "kept": [_cell(cell) for cell in done.kept],
        "dropped": [_cell(cell) for cell in done.dropped],
        "comparisons": done.comparisons,
    }


def _cell(cell: Any) -> dict[str, Any]:
    return {"count": cell.count, "cell": cell.cell, "reason": cell.reason, "source": cell.source}


def _report(done: Promotion) -> str:
    lines = [f"{done.notebook}: {'verified' if done.verified else 'NOT verified'}, {done.verdict}"]
    if isinstance(done.parameters, dict):
        lines.append(f"parameters  {figures(done.parameters)}")
    for title, cells in (("kept", done.kept), ("dropped", done.dropped)):
        lines.append(f"{title} {len(cells)}")
        lines += [f"  [{cell.count}] {_first(cell.source)} · {cell.reason}" for cell in cells]
    return "\n".join(lines)


def _first(source: str) -> str:
    line = next((line for line in source.splitlines() if line.strip()), "")
    return line if len(line) <= _SHORT else line[: _SHORT - 1] + "…"
