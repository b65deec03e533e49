"""`nbops runs`: list, and what people change about a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from nbops.cli.answers import Verbs, json_option, tell, tell_json
from nbops.cli.tables import ago, figures, span, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.recording.run import Run

_HEAD = ("run", "name", "status", "when", "took", "parameters", "metrics", "where")
_PAGE, _LOOK_BACK = 30, 2000


@click.group(cls=Verbs, invoke_without_command=True)
@click.option("--notebook", help="Only runs of this notebook.")
@click.option("--experiment", help="Only runs of this experiment.")
@click.option("--kind", help="Only `cell`, `block`, `pipeline` or `drift` runs.")
@click.option("-q", "--query", help="Only runs that contain this text.")
@click.option("--hidden", is_flag=True, help="Also hidden and empty runs.")
@click.option("--deleted", is_flag=True, help="Only deleted runs.")
@click.option("--flat", is_flag=True, help="One line for each run; otherwise re-runs of a cell share one.")
@click.option("-n", "--limit", type=click.IntRange(min=1), help=f"At most so many; default {_PAGE} lines, all as JSON.")
@json_option
@click.pass_context
def runs(
    ctx: click.Context,
    notebook: str | None,
    experiment: str | None,
    kind: str | None,
    query: str | None,
    hidden: bool,
    deleted: bool,
    flat: bool,
    limit: int | None,
    as_json: bool,
) -> None:
    """List runs, latest first; or change what is known about one."""
    if ctx.invoked_subcommand:
        return
    from nbops.recording.list_runs import count_runs, list_runs
    from nbops.recording.to_wire import to_wire
    from nbops.workspace import find_workspace

    found = list_runs(
        find_workspace(),
        notebook=notebook,
        experiment=experiment,
        kind=kind,
        query=query,
        hidden=hidden,
        deleted=deleted,
        limit=limit if as_json else max(limit or 0, _LOOK_BACK),
    )
    if as_json:
        tell_json([to_wire(run) for run in found])
        return
    groups = [[run] for run in found] if flat else fold(found)
    if not groups:
        everything = count_runs(find_workspace(), hidden=True)
        none = "no runs yet; put %%track on the first line of a cell"
        tell(f"none of {everything} run{'' if everything == 1 else 's'} matches" if everything else none)
        return
    shown = groups[: limit or _PAGE]
    beyond = "+" if len(found) >= _LOOK_BACK else ""
    tell(table(_HEAD, [_row(group, beyond) for group in shown]))
    if len(groups) > len(shown):
        tell(f"… and {len(groups) - len(shown)}{beyond} more: nbops runs -n {len(groups)}")


def fold(found: Sequence[Run]) -> list[list[Run]]:
    """Put the re-runs of a cell together, latest first, each group where its latest run stands."""
    groups: dict[tuple[str | None, ...], list[Run]] = {}
    for run in found:
        same = ("cell", run.notebook, run.cell) if run.kind == "cell" and run.cell else ("run", run.id)
        groups.setdefault(same, []).append(run)
    return list(groups.values())


def _row(group: Sequence[Run], beyond: str) -> tuple[str | None, ...]:
    run = group[0]
    failed = sum(other.status == "FAILED" for other in group)
    repeats = f" ×{len(group)}{beyond}" + (f" ({failed} failed)" if failed and len(group) > 1 else "")
    where = f"{run.notebook or ''}{f' [{run.count}]' if run.count else ''}"
    return (
        run.id[:8],
        ("★ " if run.starred else "") + (run.name or "–") + (repeats if len(group) > 1 else ""),
        run.status + (" …" if run.pending else ""),
        ago(run.started),
        span(run.duration),
        figures(run.parameters),
        figures(run.metrics),
        where or None,
    )


@runs.command()
@click.argument("refs", nargs=-1, required=True, metavar="RUN...")
def delete(refs: tuple[str, ...]) -> None:
    """Delete runs softly; refused where a version refers to one."""
    from nbops.recording.delete_run import delete_run

    for ref in refs:
        run = delete_run(ref)
        tell(f"deleted {run.name}; bring it back with: nbops runs restore {run.id[:12]}")


@runs.command()
@click.argument("refs", nargs=-1, required=True, metavar="RUN...")
def restore(refs: tuple[str, ...]) -> None:
    """Bring deleted runs back."""
    from nbops.recording.delete_run import restore_run

    for ref in refs:
        run = restore_run(ref)
        tell(f"restored {run.name} ({run.id[:8]})")


@runs.command()
@click.argument("ref", metavar="RUN")
@click.argument("name")
def rename(ref: str, name: str) -> None:
    """Give RUN another name."""
    from nbops.recording.annotate import annotate

    run = annotate(ref, name=name)
    tell(f"{run.id[:8]} is called {run.name} now")


@runs.command()
@click.argument("ref", metavar="RUN")
@click.argument("text")
def note(ref: str, text: str) -> None:
    """Write a note on RUN; an empty one removes it."""
    from nbops.recording.annotate import annotate

    run = annotate(ref, note=text)
    tell(f"{'noted on' if run.note else 'no note on'} {run.name} ({run.id[:8]})")


@runs.command()
@click.argument("refs", nargs=-1, required=True, metavar="RUN...")
@click.option("--off", is_flag=True, help="Take the star away.")
def star(refs: tuple[str, ...], off: bool) -> None:
    """Star runs."""
    from nbops.recording.annotate import annotate

    for ref in refs:
        run = annotate(ref, star=not off)
        tell(f"{'no star on' if off else '★'} {run.name} ({run.id[:8]})")


@runs.command()
@click.argument("refs", nargs=-1, required=True, metavar="RUN...")
@click.option("--off", is_flag=True, help="Show them again.")
def hide(refs: tuple[str, ...], off: bool) -> None:
    """Keep runs out of lists."""
    from nbops.recording.annotate import annotate

    for ref in refs:
        run = annotate(ref, hide=not off)
        tell(f"{'shown' if off else 'hidden'}: {run.name} ({run.id[:8]})")


@runs.command()
@click.argument("ref", metavar="RUN")
@click.argument("pairs", nargs=-1, required=True, metavar="KEY=VALUE...")
def tag(ref: str, pairs: tuple[str, ...]) -> None:
    """Set tags on RUN."""
    from nbops.recording.annotate import annotate

    tags = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not key or not equals:
            raise click.UsageError(f"{pair!r} is not KEY=VALUE")
        tags[key] = value
    run = annotate(ref, tags=tags)
    tell(f"{run.name} ({run.id[:8]}): {', '.join(f'{key}={value}' for key, value in tags.items())}")


@runs.command()
@click.argument("refs", nargs=-1, required=True, metavar="RUN RUN...")
@json_option
def compare(refs: tuple[str, ...], as_json: bool) -> None:
    """Show runs side by side: their metrics, and whatever else differs."""
    from nbops.recording.compare import compare as hold
    from nbops.recording.to_wire import to_wire

    comparison = hold(*refs)
    if not as_json:
        head = ("", "", *(f"{run.name} ({run.id[:8]})" for run in comparison.runs))
        rows = [(row.topic, row.name, *row.values) for row in comparison.rows]
        tell(table(head, rows))
        tell(f"\n{comparison.code}" if comparison.code else "\nthe code is the same")
        return
    lines = [{"topic": row.topic, "name": row.name, "values": row.values} for row in comparison.rows]
    tell_json({"runs": [to_wire(run) for run in comparison.runs], "rows": lines, "code": comparison.code})
