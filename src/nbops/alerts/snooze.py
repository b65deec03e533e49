"""Not now: an alert keeps quiet until a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.alerts.acknowledge import check_active, sent_only
from nbops.alerts.alert import LATEST, SNOOZED, Alert
from nbops.alerts.book import Book, moment
from nbops.errors import ConfigError

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def snooze(ref: str, until: float, *, by: str, note: str = "", workspace: Workspace, now: float | None = None) -> Alert:
    """Keep the alert *ref* quiet until *until*, unless it gets worse; after that it is open again.

    Args:
        ref: Its id, the beginning of it, or its key.
        until: Seconds since the epoch, later than now.
        by: Who wants that.
        note: Why.
        workspace: Where alerts are kept.
        now: Seconds since the epoch; default: the present time.

    Raises:
        AlertNotFound: There is none.
        AlertClosed: It is resolved.
        ConfigError: *until* is past, or no point in time.
    """
    at, book = moment(now), Book(workspace)
    if not at < until <= LATEST:
        raise ConfigError(
            "a snooze must end later than now, and within this calendar", hint="--for 4h, or --until 2030-01-31T08:00"
        )
    with book.held():
        former = book.find(ref, at)
        check_active(former)
        alert = replace(former, state=SNOOZED, until=until, by=by, note=note, deliveries=sent_only(former))
        book.put(alert)
        book.note_person("snoozed", alert, now=at, by=by, note=note, until=until)
    return alert
