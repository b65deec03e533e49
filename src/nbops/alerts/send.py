"""Deliver the messages that are due; a route that fails is tried again later and holds up nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nbops.alerts.alert import Alert, Delivery, awake, with_message
from nbops.alerts.apprise_route import deliver
from nbops.alerts.book import Book, moment
from nbops.alerts.message import message
from nbops.alerts.routes import Route, read_routes
from nbops.errors import RouteFailed

if TYPE_CHECKING:
    from nbops.workspace import Workspace

_FIRST, _GROWTH, _LONGEST = 30.0, 4, 3600.0
_LEASE = 120.0


@dataclass(frozen=True, slots=True)
class Sending:
    """One attempt.

    Attributes:
        alert: Id of the alert.
        route: Name of the route.
        error: Why it failed; empty where the route took the message.
        again: When it will be tried again, in seconds since the epoch; None where it need not.
    """

    alert: str
    route: str
    error: str = ""
    again: float | None = None


def send(workspace: Workspace, *, now: float | None = None, at_once: bool = False) -> list[Sending]:
    """Deliver every message that is due on every route that takes it, and return what was tried.

    Of several processes that send at the same time, one delivers each message. A failed route is tried again after
    30 s, 2 min, 8 min, 32 min, and then every hour.

    Args:
        workspace: Whose alerts.
        now: Seconds since the epoch; default: the present time.
        at_once: Also on routes whose time to be tried again has not come.

    Raises:
        ConfigError: The routes of the project cannot be read; alerts and their messages stay as they are.
        OSError: The workspace cannot be written.
    """
    book, at = Book(workspace), moment(now)
    if not book.folder.is_dir():
        return []
    _wake(book, at)
    tried = []
    for route in read_routes(workspace.project):
        for alert in book.all():
            if alert.message and alert.saying and route.takes(alert):
                claimed = _claim(book, alert, route, at, at_once)
                if claimed is not None:
                    tried.append(_try(book, claimed, route, at))
    return tried


def pending(alert: Alert, routes: tuple[Route, ...]) -> dict[str, Delivery]:
    """Return the routes that have not yet taken the message of *alert*, and how far it got there."""
    due = [route.name for route in routes if alert.message and alert.saying and route.takes(alert)]
    found = {name: alert.deliveries.get(name, Delivery()) for name in due}
    return {name: one for name, one in found.items() if one.sent is None}


def _wake(book: Book, at: float) -> None:
    for alert in book.all():
        if awake(alert, at) is not alert:
            with book.held():
                former = book.get(alert.key)
                if former is not None and (now := awake(former, at)) is not former:
                    book.put(with_message(now))
                    book.note("reopened", now, now=at)


def _claim(book: Book, alert: Alert, route: Route, at: float, at_once: bool) -> Alert | None:
    """Keep other processes from sending the same meanwhile; None where there is nothing to send now."""
    with book.held():
        current = book.get(alert.key)
        if current is None or current.message != alert.message or not current.saying:
            return None
        known = current.deliveries.get(route.name, Delivery())
        waiting = known.again > at and (not known.error or not at_once)
        unwanted = current.state not in {"open", "resolved"}
        if known.sent is not None or waiting or unwanted:
            return None
        leased = replace(known, tries=known.tries + 1, again=at + _LEASE, error="")
        claimed = replace(current, deliveries={**current.deliveries, route.name: leased})
        book.put(claimed)
        return claimed


def _try(book: Book, alert: Alert, route: Route, at: float) -> Sending:
    title, body = message(alert)
    error = route.problem
    if not error:
        try:
            deliver(route.url, title, body, severity=alert.severity if alert.active else "ok")
        except RouteFailed as failed:
            error = str(failed)
    tries = alert.deliveries[route.name].tries
    again = at + min(_FIRST * _GROWTH ** min(tries - 1, 9), _LONGEST) if error else None
    done = Delivery(tries, again or 0.0, None if error else at, error)
    with book.held():
        current = book.get(alert.key)
        if current is not None and current.message == alert.message:
            book.put(replace(current, deliveries={**current.deliveries, route.name: done}))
        kind = "not sent" if error else "sent"
        book.note(kind, alert, now=at, route=route.name, saying=alert.saying, error=error)
    return Sending(alert.id, route.name, error, again)
