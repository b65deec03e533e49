"""`nbops alerts`: what somebody must act on, and what people say about it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from nbops.cli.answers import FAILED, Verbs, json_option, tell, tell_json, tell_notes
from nbops.cli.tables import ago, facts, moment, table

if TYPE_CHECKING:
    from nbops.alerts.alert import Alert
    from nbops.workspace import Workspace

_HEAD = ("alert", "state", "severity", "subject", "what", "seen", "since", "last", "owner", "message")
_note = click.option("--note", default="", help="What to say about it, for history and ledger.")


@click.group(cls=Verbs)
def alerts() -> None:
    """List alerts, acknowledge, snooze or resolve one; who did what stands in history and ledger."""


@alerts.command("list")
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@click.option("--owner", help="Only theirs.")
@json_option
def list_(everything: bool, owner: str | None, as_json: bool) -> None:
    """List alerts, open ones first."""
    from nbops.alerts.list_alerts import list_alerts
    from nbops.workspace import find_workspace

    workspace = find_workspace()
    found = list_alerts(workspace, resolved=everything, owner=owner)
    routes = _routes(workspace)
    if as_json:
        tell_json([alert.to_wire() for alert in found])
    elif not found:
        tell("no alerts")
    else:
        tell(table(_HEAD, [_row(alert, routes) for alert in found]))


@alerts.command()
@click.argument("ref", metavar="ALERT")
@json_option
def show(ref: str, as_json: bool) -> None:
    """Show one alert: what happened, since when, how sure, what to do next, and everything that was done."""
    from nbops.alerts.book import Book
    from nbops.workspace import find_workspace

    workspace = find_workspace()
    book = Book(workspace)
    alert = book.find(ref, time.time())
    history = book.history(alert.key)
    if as_json:
        tell_json(alert.to_wire() | {"history": history})
        return
    tell(facts(_facts(alert, _routes(workspace))))
    tell()
    tell(table(("when", "what", "who", "note"), [_event(event) for event in history]))


@alerts.command()
@click.argument("ref", metavar="ALERT")
@_note
@json_option
def ack(ref: str, note: str, as_json: bool) -> None:
    """Say that you act on it: it keeps quiet unless it gets worse or comes again."""
    from nbops.alerts.acknowledge import acknowledge

    workspace, by = _here()
    _done(acknowledge(ref, by=by, note=note, workspace=workspace), workspace, as_json)


@alerts.command()
@click.argument("ref", metavar="ALERT")
@click.option("--for", "lasting", help="How long: 30min, 4h, 2d.")
@click.option("--until", help="Until when: 2030-01-31T08:00.")
@_note
@json_option
def snooze(ref: str, lasting: str | None, until: str | None, note: str, as_json: bool) -> None:
    """Keep it quiet for a time, unless it gets worse."""
    from nbops.alerts.lengths import read_length, read_moment
    from nbops.alerts.snooze import snooze as keep_quiet

    if (lasting is None) == (until is None):
        raise click.UsageError("give either --for 4h or --until 2030-01-31T08:00")
    end = read_moment(until) if until is not None else time.time() + read_length(str(lasting))
    workspace, by = _here()
    _done(keep_quiet(ref, end, by=by, note=note, workspace=workspace), workspace, as_json)


@alerts.command()
@click.argument("ref", metavar="ALERT")
@_note
@json_option
def resolve(ref: str, note: str, as_json: bool) -> None:
    """Say that it is over; where its cause is seen again, it opens anew."""
    from nbops.alerts.resolve import resolve as end

    workspace, by = _here()
    _done(end(ref, by=by, note=note, workspace=workspace), workspace, as_json)


@alerts.command()
@json_option
@click.pass_context
def send(ctx: click.Context, as_json: bool) -> None:
    """Send what is due, also on routes that have failed a moment ago; exit code 1 where one fails."""
    from nbops.alerts.send import send as deliver
    from nbops.workspace import find_workspace

    tried = deliver(find_workspace(), at_once=True)
    if as_json:
        tell_json([{name: getattr(one, name) for name in one.__dataclass_fields__} for one in tried])
    else:
        for one in tried:
            tell(f"alert {one.alert} to {one.route}: {one.error or 'sent'}")
        if not tried:
            tell("nothing to send")
    if any(one.error for one in tried):
        ctx.exit(FAILED)


def _here() -> tuple[Workspace, str]:
    from nbops.registry.actor import actor
    from nbops.workspace import find_workspace

    return find_workspace(), actor()


def _done(alert: Alert, workspace: Workspace, as_json: bool) -> None:
    """Answer, after the ledger and whoever waits for a message have heard of it."""
    from nbops.alerts.send import send as deliver
    from nbops.errors import ConfigError
    from nbops.monitoring.watching.alert_events import alert_events

    notes = list(alert_events(workspace))
    try:
        notes += [f"{one.route}: {one.error}" for one in deliver(workspace) if one.error]
    except ConfigError as error:
        notes.append(f"not sent: {error}")
    if as_json:
        tell_json(alert.to_wire() | {"notes": notes})
    else:
        until = f" until {moment(alert.until)}" if alert.until else ""
        tell(f"{alert.id} is {alert.state}{until}: {alert.subject}")
    tell_notes(notes)


def _routes(workspace: Workspace) -> Any:
    from nbops.alerts.routes import read_routes
    from nbops.errors import ConfigError

    try:
        return read_routes(workspace.project)
    except ConfigError as error:
        tell_notes([str(error)])
        return ()


def _row(alert: Alert, routes: Any) -> tuple[Any, ...]:
    return (
        alert.id, _state(alert), alert.severity, alert.subject, alert.what, alert.count, moment(alert.since),
        ago(alert.seen), alert.owner or None, delivered(alert, routes),
    )  # fmt: skip


def _state(alert: Alert) -> str:
    until = f" until {moment(alert.until)}" if alert.until else ""
    return f"{alert.state}{until}{f' by {alert.by}' if alert.by else ''}"


def delivered(alert: Alert, routes: Any) -> str:
    """Return how far the last message got, in words."""
    from nbops.alerts.send import pending

    if not alert.message:
        return f"waits for {alert.after - alert.count} more" if alert.active and alert.count < alert.after else "none"
    waiting = pending(alert, routes)
    sent = [name for name, one in alert.deliveries.items() if one.sent is not None]
    told = [f"{name}: {one.error or 'to be sent'}" for name, one in waiting.items()]
    return ", ".join([*(f"{name}: sent" for name in sent), *told]) or "no route takes it"


def _facts(alert: Alert, routes: Any) -> list[tuple[str, Any]]:
    return [
        ("alert", alert.id), ("subject", alert.subject), ("what", alert.what), ("state", _state(alert)),
        ("severity", alert.severity), ("note", alert.note), ("since", moment(alert.since)),
        ("seen", f"{alert.count} in a row, last {moment(alert.seen)}"), ("how sure", alert.sure),
        ("next", alert.then), ("runbook", alert.runbook), ("owner", alert.owner),
        ("message", delivered(alert, routes)),
    ]  # fmt: skip


def _event(event: dict[str, Any]) -> tuple[Any, ...]:
    kind = f"{event['kind']} {event.get('route', '')}".strip()
    return moment(event.get("time")), kind, event.get("by"), event.get("note") or event.get("error")
