"""`nbops watch`: standing monitors of a version's data."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import FAILED, NO, Verbs, json_option, tell, tell_json, tell_notes
from nbops.cli.tables import ago, facts, moment, table

if TYPE_CHECKING:
    from nbops.monitoring.retraining.retrain_plan import RetrainPlan
    from nbops.monitoring.watching.list_watches import Watched
    from nbops.monitoring.watching.outcome import Outcome
    from nbops.workspace import Workspace

_HOW = ("parameter", "on", "rows", "cooldown", "most", "span", "stop_after", "assign")
_RETRAINING = (
    click.option(
        "--data-parameter", "parameter", default="", help="Of the pipeline; default: its only data parameter."
    ),
    click.option(
        "--on", multiple=True, metavar="TRIGGER", help="drift, performance, new-data, time=30d; default: the first two."
    ),
    click.option(
        "--rows", type=click.Choice(["new", "all"]), default="new", help="Of the last window, or all up to it."
    ),
    click.option("--cooldown", default="7d", show_default=True, help="After a retraining, none for so long."),
    click.option("--most", type=click.IntRange(min=1), default=3, show_default=True, help="Retrainings within --span."),
    click.option("--span", default="30d", show_default=True, help="See --most."),
    click.option(
        "--stop-after", type=click.IntRange(min=1), default=3, show_default=True, help="Refused or failed in a row."
    ),
    click.option("--assign", is_flag=True, help="Make it champion, if the project declares gates and they are open."),
)


def _retraining_options(command: Any) -> Any:
    for option in reversed(_RETRAINING):
        command = option(command)
    return command


_HEAD = ("watch", "model", "state", "last report", "checked", "next", "data", "owner")


@click.group(cls=Verbs)
def watch() -> None:
    """Watch the data of a version: when, against what, and who acts."""


@watch.command()
@click.argument("name")
@click.option("--model", required=True, help="NAME@alias, NAME/3, or NAME (champion, else newest).")
@click.option("--data", required=True, help="File, 'pattern', snapshot:NAME, or database ('${WAREHOUSE_URL}').")
@click.option("--query", default="", help="File of the SQL statement, for a database; may use :since.")
@click.option("--reference", help="CSV, Parquet, profile (JSON) or snapshot. Default: the one that the watch has.")
@click.option("--time", "time_column", help="Column of the reference that says when a row happened.")
@click.option("--window", help="Length of the windows to cut it by: 1D, 6h, 1W.")
@click.option("--role", "roles", multiple=True, metavar="COLUMN=ROLE", help="prediction, label, performance, ignored.")
@click.option("--every", default="", help="1d, 6h, or cron: '0 6 * * 1-5'. Default: only when asked.")
@click.option("--owner", default="", help="Who acts.")
@click.option("--runbook", default="", help="Where it is written what to do.")
@click.option("--late-after", default="", help="Age at which the newest data are late: 36h.")
@click.option("--after", type=click.IntRange(min=1), help="Observations in a row before a message; default 2, alert 1.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Share of healthy data that may reach warn.")
@click.option("--retrain", metavar="PIPELINE", help="Run this when a trigger fires; the next options say how.")
@_retraining_options
@json_option
def add(
    name: str,
    data: str,
    time_column: str | None,
    roles: tuple[str, ...],
    retrain: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Add a watch, or give it another plan."""
    from nbops.monitoring.watching.add_watch import add_watch
    from nbops.registry.actor import actor
    from nbops.workspace import open_workspace

    how = {one: given.pop(one) for one in _HOW}
    pairs = [role.partition("=") for role in roles]
    if any(not mark for _, mark, _ in pairs):
        raise click.UsageError("--role is COLUMN=ROLE, such as --role score=prediction")
    named = {column: role for column, _, role in pairs}
    workspace = open_workspace()
    given |= {"query": _from_here(given["query"], workspace), "reference": _absolute(given["reference"])}
    source = _from_here(data, workspace)
    add_watch(name, source=source, time=time_column, roles=named, by=actor(), workspace=workspace, **given)
    told = "" if retrain is None else _set_retraining(name, retrain, how, workspace)
    shown = _watched(workspace, name)
    if as_json:
        tell_json(shown.to_wire())
    else:
        tell(f"watching {name}: {data} against {shown.reference}; next look {_next(shown)}")
        if told:
            tell(told)


@watch.command()
@click.argument("name")
@click.argument("pipeline", required=False)
@click.option("--off", is_flag=True, help="Retrain no longer.")
@_retraining_options
def retrain(name: str, pipeline: str | None, off: bool, **how: Any) -> None:
    """Run PIPELINE when a trigger fires; set again, one that was stopped goes on. Without PIPELINE: how it stands."""
    from nbops.monitoring.retraining.retrain_book import read_retrain_plan, read_retrainings
    from nbops.monitoring.retraining.set_retraining import end_retraining
    from nbops.workspace import find_workspace

    workspace = find_workspace()
    if off:
        end_retraining(name, workspace=workspace)
        tell(f"{name} retrains no longer")
    elif pipeline is not None:
        tell(_set_retraining(name, pipeline, how, workspace))
    else:
        plan = read_retrain_plan(workspace, name)
        tell(_planned(plan) if plan else f"{name} does not retrain: nbops watch retrain {name} PIPELINE")
        for one in read_retrainings(workspace, name)[-10:]:
            tell(f"{moment(one.time)}  {one.label}: {one.outcome}: {one.sentence}")


@watch.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List watches, how they stand and when they look next."""
    from nbops.monitoring.watching.list_watches import list_watches
    from nbops.workspace import find_workspace

    found = list_watches(find_workspace())
    if as_json:
        tell_json([one.to_wire() for one in found])
    else:
        tell(table(_HEAD, [_row(one) for one in found]) if found else "no watches: nbops watch add NAME …")


@watch.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show one watch: its plan, what it saw last, and what moved for how long."""
    from nbops.errors import WatchNotFound
    from nbops.monitoring.watching.signal import signal
    from nbops.workspace import find_workspace

    workspace = find_workspace()
    one = _watched(workspace, name)
    try:
        moved = signal(name, workspace=workspace).to_wire()
    except WatchNotFound:
        moved = {}
    if as_json:
        tell_json(one.to_wire() | {"signal": moved or None})
        return
    roles = ("features", "predictions", "labels", "residuals", "performance")
    told = [(role, _moved(moved[role])) for role in roles if moved and moved[role]["reports"]]
    plan = one.plan
    tell(facts([
        ("watch", plan.name), ("model", plan.model), ("version", one.version), ("state", one.state),
        ("last look", f"{moment(one.checked)}: {one.sentence}" if one.checked else None), ("next look", _next(one)),
        ("data", plan.source), ("query", plan.query), ("reference", one.reference), ("every", plan.every),
        ("owner", plan.owner), ("runbook", plan.runbook), *told,
    ]))  # fmt: skip


@watch.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--due", is_flag=True, help="Only those that are due: for cron.")
@click.option("--data", help="Judge this file or snapshot instead; nothing is remembered as seen.")
@click.option("--label", help="What to call these data; default: their dates.")
@json_option
@click.pass_context
def check(
    ctx: click.Context, names: tuple[str, ...], due: bool, data: str | None, label: str | None, as_json: bool
) -> None:
    """Look for new data and judge them; exit code 3 when they have drifted, 1 when they cannot be judged."""
    from nbops.monitoring.watching.list_watches import due_watches, list_watches
    from nbops.workspace import find_workspace

    workspace = find_workspace()
    if data is not None and len(names) != 1:
        raise click.UsageError("--data needs the name of one watch")
    standing = [one.plan.name for one in list_watches(workspace) if one.plan.source and not one.plan.paused]
    wanted = list(names) or standing
    if due:
        ready = due_watches(workspace, time.time())
        wanted = [name for name in wanted if name in ready]
    answers = [_checked(name, data, label, workspace) for name in wanted]
    _send(workspace)
    if as_json:
        tell_json([answer if isinstance(answer, dict) else answer.to_wire() for answer in answers])
    elif not answers:
        tell("nothing is due" if due else "no watches: nbops watch add NAME …")
    outcomes = [answer for answer in answers if not isinstance(answer, dict)]
    for answer in [] if as_json else outcomes:
        tell(f"{answer.watch}: {answer.state}: {answer.sentence}")
        for note in answer.notes:
            tell(f"  · {note}")
    if data is None:
        _retrain(outcomes, workspace)
    if any(one.drifted for one in outcomes):
        ctx.exit(NO)
    if len(outcomes) < len(answers) or any(one.troubled for one in outcomes):
        ctx.exit(FAILED)


@watch.command()
@click.argument("name")
def remove(name: str) -> None:
    """Remove a watch, its reference and reports; the runs of its checks stay in MLflow."""
    from nbops.monitoring.watching.remove_watch import remove_watch
    from nbops.workspace import find_workspace

    tell_notes(remove_watch(name, workspace=find_workspace()))
    tell(f"removed {name}")


@watch.command()
@click.argument("name")
def pause(name: str) -> None:
    """Let a watch look by itself no longer."""
    _pause(name, paused=True)


@watch.command()
@click.argument("name")
def resume(name: str) -> None:
    """Let a paused watch look by itself again."""
    _pause(name, paused=False)


@watch.command()
def serve() -> None:
    """Check whenever a watch is due, until SIGTERM or Ctrl-C; one process for each workspace."""
    from nbops.monitoring.watching.serve import serve as look
    from nbops.workspace import open_workspace

    look(open_workspace(), lambda line: tell(f"{time.strftime('%H:%M:%S')} {line}"))


def _set_retraining(name: str, pipeline: str, how: dict[str, Any], workspace: Workspace) -> str:
    from nbops.monitoring.retraining.set_retraining import set_retraining
    from nbops.registry.actor import actor

    how = {**how, "on": how["on"] or ("performance", "drift")}
    return _planned(set_retraining(name, pipeline, by=actor(), workspace=workspace, **how))


def _planned(plan: RetrainPlan) -> str:
    days = f"{plan.cooldown / 86400:g} days"
    return (
        f"{plan.watch} retrains with {plan.pipeline} ({plan.parameter} = {plan.rows} rows) on {', '.join(plan.on)}; "
        f"not within {days}, at most {plan.most} in {plan.span / 86400:g} days"
    )


def _retrain(outcomes: list[Outcome], workspace: Workspace) -> None:
    """Ask what each check sets off; what it is goes to stderr, so that stdout stays the checks' answer."""
    from nbops.monitoring.retraining.after_check import after_check

    came = [after_check(one, workspace=workspace) for one in outcomes]
    if any(one is not None for one in came):
        _send(workspace)
    for one in came:
        if one is not None:
            tell(str(one), err=True)


def _from_here(path: str, workspace: Workspace) -> str:
    """Return a path or pattern that was typed here as the project sees it; anything else as it is."""
    foreign = not path or "://" in path or path.startswith(("snapshot:", "${"))
    return path if foreign else workspace.relative(Path(path).expanduser().absolute())


def _absolute(name: str | None) -> Any:
    """Return the path of a file that was typed here; anything else as it is."""
    return str(Path(name).absolute()) if name is not None and Path(name).is_file() else name


def _checked(name: str, data: str | None, label: str | None, workspace: Workspace) -> Outcome | dict[str, Any]:
    """Check one watch; what keeps it from being checked does not keep others."""
    from nbops.cli.answers import complain
    from nbops.errors import NbopsError, NotFound
    from nbops.monitoring.watching.check import check as look

    given: Any = _absolute(data)
    given = given.removeprefix("snapshot:") if isinstance(given, str) else given
    try:
        return look(name, data=given, label=label, workspace=workspace)
    except NotFound:
        raise
    except NbopsError as error:
        complain(error)
        return {"watch": name, "error": type(error).__name__, "message": str(error), "hint": error.hint}


def _send(workspace: Workspace) -> None:
    from nbops.alerts.send import send
    from nbops.errors import NbopsError

    try:
        failed = [f"alert {one.alert} to {one.route}: {one.error}" for one in send(workspace) if one.error]
    except (NbopsError, OSError) as error:
        failed = [f"alerts cannot be sent: {error}"]
    tell_notes(failed)


def _pause(name: str, *, paused: bool) -> None:
    from nbops.monitoring.watching.remove_watch import pause_watch
    from nbops.workspace import find_workspace

    pause_watch(name, paused=paused, workspace=find_workspace())
    tell(f"{name} is paused" if paused else f"{name} looks again, next {_next(_watched(find_workspace(), name))}")


def _watched(workspace: Workspace, name: str) -> Watched:
    from nbops.errors import WatchNotFound
    from nbops.monitoring.watching.list_watches import list_watches

    found = {one.plan.name: one for one in list_watches(workspace)}
    if name not in found:
        raise WatchNotFound(f"no watch is called {name!r}", hint=", ".join(list(found)[:5]) or "nbops watch add")
    return found[name]


def _moved(one: dict[str, Any]) -> str:
    row = "in the last report" if one["reports"] == 1 else f"in {one['reports']} reports in a row"
    return f"{', '.join(one['columns'])} moved {row}"


def _next(one: Watched) -> str:
    if one.plan.paused:
        return "paused"
    return "when asked" if one.due is None else "now" if one.due <= time.time() else moment(one.due)


def _row(one: Watched) -> tuple[Any, ...]:
    version = f"{one.plan.model} (v{one.version})" if one.version is not None else one.plan.model
    return (
        one.plan.name, version, one.state, one.label, ago(one.checked), _next(one), one.plan.source or "from Python",
        one.plan.owner or None,
    )  # fmt: skip
