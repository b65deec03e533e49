"""It is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.alerts.acknowledge import check_active
from nbops.alerts.alert import RESOLVED, Alert, awake
from nbops.alerts.book import Book, moment

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def resolve(ref: str, *, by: str, note: str = "", workspace: Workspace, now: float | None = None) -> Alert:
    """Note that *by* says the alert *ref* is over; where the cause is seen again, it opens anew.

    Args:
        ref: Its id, the beginning of it, or its key.
        by: Who says so.
        note: Why.
        workspace: Where alerts are kept.
        now: Seconds since the epoch; default: the present time.

    Raises:
        AlertNotFound: There is none.
        AlertClosed: It is resolved already.
    """
    at, book = moment(now), Book(workspace)
    with book.held():
        former = book.find(ref, at)
        check_active(former)
        alert = _over(former, by, note)
        book.put(alert)
        book.note_person("resolved", alert, now=at, by=by, note=note)
    return alert


def settle(key: str, *, workspace: Workspace, note: str = "", now: float | None = None) -> Alert | None:
    """Note that the cause of the alert *key* is gone; None where there was none open."""
    at, book = moment(now), Book(workspace)
    if not book.folder.is_dir():
        return None
    with book.held():
        former = book.get(key)
        if former is None or not former.active:
            return None
        alert = _over(awake(former, at), "", note)
        book.put(alert)
        book.note("resolved", alert, now=at, note=note)
    return alert


def _over(former: Alert, by: str, note: str) -> Alert:
    """Who was told, or should have been, is told that it is over."""
    alert = replace(former, state=RESOLVED, until=None, by=by, note=note)
    if not former.message or former.saying == "resolved":
        return replace(alert, saying="", deliveries={})
    return replace(alert, saying="resolved", message=former.message + 1, deliveries={})
