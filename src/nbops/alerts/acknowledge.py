"""A person has seen it and acts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.alerts.alert import ACKNOWLEDGED, Alert, Delivery
from nbops.alerts.book import Book, moment
from nbops.errors import AlertClosed

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def acknowledge(ref: str, *, by: str, note: str = "", workspace: Workspace, now: float | None = None) -> Alert:
    """Note that *by* has seen the alert *ref*: no more messages unless it gets worse, is resolved or comes again.

    Args:
        ref: Its id, the beginning of it, or its key.
        by: Who.
        note: What they say about it.
        workspace: Where alerts are kept.
        now: Seconds since the epoch; default: the present time.

    Raises:
        AlertNotFound: There is none.
        AlertClosed: It is resolved.
    """
    at, book = moment(now), Book(workspace)
    with book.held():
        former = book.find(ref, at)
        check_active(former)
        alert = replace(former, state=ACKNOWLEDGED, until=None, by=by, note=note, deliveries=sent_only(former))
        book.put(alert)
        book.note_person("acknowledged", alert, now=at, by=by, note=note)
    return alert


def check_active(alert: Alert) -> None:
    """Refuse to change an alert that is over.

    Raises:
        AlertClosed: It is resolved.
    """
    if not alert.active:
        raise AlertClosed(f"{alert.subject}: this alert is resolved already ({alert.id})", hint="nbops alerts list")


def sent_only(alert: Alert) -> dict[str, Delivery]:
    """Return the deliveries that are done: who acts already need not be told."""
    return {name: one for name, one in alert.deliveries.items() if one.sent is not None}
