"""`nbops show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import json_option, tell, tell_json
from nbops.cli.tables import facts, figures, moment, span
from nbops.widgets.card import files_told
from nbops.widgets.phrases import needed

if TYPE_CHECKING:
    from nbops.recording.run import Run


@click.command()
@click.argument("run", default="last")
@click.option("--code", is_flag=True, help="Also print the code.")
@click.option("--output", "printed", is_flag=True, help="Also print what the code printed last.")
@json_option
def show(run: str, code: bool, printed: bool, as_json: bool) -> None:
    """Show everything that is known about RUN."""
    from nbops.recording.get_run import get_run
    from nbops.recording.to_wire import to_wire

    found = get_run(run)
    if as_json:
        tell_json(to_wire(found))
        return
    tell(describe(found))
    if code and found.source:
        tell(f"\n{found.source.rstrip()}")
    if printed:
        from nbops.recording.read_output import read_output

        click.echo(f"\n{read_output(found).rstrip()}")


def describe(run: Run) -> str:
    """Return the run as a dozen lines, and what a pipeline's run did not execute."""
    frames = [f"{item.get('name')} ({_stored(item)})" for item in run.snapshots]
    models = [f"{item.get('name')}: {str(item.get('class') or '').rpartition('.')[2]}" for item in run.models]
    error = run.error or {}
    cell = f"{run.notebook or '–'} [{run.count}]" if run.count else run.notebook
    tags = {name: value for name, value in (run.tags or {}).items() if name not in {"nbops.reuse", "nbops.skipped"}}
    told = facts(
        [
            ("run", f"{run.id[:12]} {run.name}"),
            ("status", run.status + (" (not in MLflow yet)" if run.pending else "")),
            ("error", ": ".join(str(error[key]) for key in ("ename", "evalue") if error.get(key))),
            ("kind", run.kind),
            ("experiment", run.experiment),
            ("cell", cell),
            ("started", f"{moment(run.started)}, took {span(run.duration)}"),
            ("parameters", figures(run.parameters)),
            ("metrics", figures(run.metrics)),
            ("facts", figures(run.facts or {})),
            ("seeds", figures(run.seeds or {})),
            ("data", ", ".join(frames)),
            ("models", ", ".join(models)),
            ("figures", ", ".join(run.artifacts)),
            ("files", ", ".join(files_told(run.files, whole=True))),
            ("git", _git(run)),
            ("re-run of", (run.rerun_of or "")[:12]),
            ("repeat of", (run.repeat_of or "")[:12]),
            ("needed", needed(run.resources)),
            ("drew from", ", ".join(_drew(run))),
            ("printed", _printed(run)),
            ("masked", f"{run.masked} secret{'s' if run.masked > 1 else ''}" if run.masked else ""),
            ("tags", figures(tags)),
            ("note", run.note),
            ("MLflow run", run.mlflow_run_id),
            ("warnings", "; ".join([*run.warnings, *_warned(run)])),
        ]
    )
    return "\n".join([told, *run.tags.get("nbops.reuse", "").splitlines()])


def _stored(item: dict[str, Any]) -> str:
    from nbops.recording.dataset_state import dataset_state

    rows = [f"{item['rows']} rows"] if item.get("rows") is not None else []
    if item.get("id"):
        return ", ".join([*rows, str(item["id"])[:8]])
    reason = f": {item['reason']}" if item.get("reason") else ""
    return ", ".join([*rows, dataset_state(item) + reason])


def _git(run: Run) -> str:
    git = run.git or {}
    return (
        f"{str(git['commit'])[:10]}{' + uncommitted changes' if git.get('dirty') else ''}" if git.get("commit") else ""
    )


def _drew(run: Run) -> list[str]:
    return [f"{item.get('generator')}{'' if item.get('seeded') else ' (no seed)'}" for item in run.drew]


def _printed(run: Run) -> str:
    lines = run.output.get("lines", 0)
    return (
        f"{lines} line{'s' if lines > 1 else ''}{', the last ones' if run.output.get('cut') else ''}" if lines else ""
    )


def _warned(run: Run) -> list[str]:
    return [
        f"{item.get('category')}: {item.get('message')}" + (f" (×{item['count']})" if item.get("count", 1) > 1 else "")
        for item in run.warned
    ]
