"""Say that something is wrong; saying it again makes it no second alert."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.alerts.alert import ALERT, OPEN, RANK, WARN, Alert, awake, with_message
from nbops.alerts.book import Book, moment
from nbops.errors import ConfigError

if TYPE_CHECKING:
    from nbops.workspace import Workspace

AFTER = {WARN: 2, ALERT: 1}
"""Observations in a row before a message goes out: one `warn` may be chance, an `alert` hardly ever is."""


def raise_alert(
    key: str,
    what: str,
    *,
    workspace: Workspace,
    severity: str,
    subject: str,
    sure: str = "",
    then: str = "",
    runbook: str = "",
    owner: str = "",
    observation: str = "",
    after: int | None = None,
    now: float | None = None,
) -> Alert:
    """Open the alert *key*, or note that it is seen again.

    It opens anew when it was resolved, when its snooze is over, and, acknowledged or snoozed, when it got worse than it
    ever was. Sending is another step, see `send`.

    Args:
        key: Same subject and cause, same key.
        what: What happened.
        workspace: Where alerts are kept.
        severity: `warn` or `alert`.
        subject: What it is about.
        sure: How sure that is, in words.
        then: What to do next.
        runbook: Where that is written at length.
        owner: Who should do it.
        observation: What showed it, such as the label of a window: seen twice, it counts once.
        after: Observations in a row before a message goes out; by default 2 of `warn`, 1 of `alert`.
        now: Seconds since the epoch; default: the present time.

    Raises:
        ConfigError: *severity* is another word.
        OSError: The workspace cannot be written.
    """
    if severity not in AFTER:
        raise ConfigError(f"{severity!r} is not how severe an alert can be", hint="warn, alert")
    at, book = moment(now), Book(workspace)
    fresh = Alert(
        key, what, OPEN, severity, subject, at, sure, then, runbook, owner, 1, at, after or AFTER[severity],
        observation, severity,
    )  # fmt: skip
    with book.held():
        former = book.get(key)
        if former is None or not former.active:
            alert, kind = replace(fresh, message=former.message if former else 0), "opened"
        else:
            alert = _again(awake(former, at), fresh)
            reopened = former.state != OPEN and alert.state == OPEN
            kind = "reopened" if reopened else "seen"
        alert = with_message(alert)
        book.put(alert)
        book.note(kind, alert, now=at, what=what, observation=observation, count=alert.count)
    return alert


def _again(former: Alert, fresh: Alert) -> Alert:
    same = bool(fresh.observation) and fresh.observation == former.observation
    worse = RANK[fresh.severity] > RANK[former.worst]
    alert = replace(
        former,
        what=fresh.what,
        severity=fresh.severity,
        sure=fresh.sure,
        then=fresh.then,
        runbook=fresh.runbook,
        owner=fresh.owner,
        count=former.count + (not same),
        seen=fresh.seen,
        after=fresh.after,
        observation=fresh.observation,
        worst=fresh.severity if worse else former.worst,
    )
    return replace(alert, state=OPEN, until=None, by="", note="") if worse and former.state != OPEN else alert
