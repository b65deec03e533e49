"""One thing that somebody must act on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED = "open", "acknowledged", "snoozed", "resolved"
WARN, ALERT = "warn", "alert"
RANK = {"": 0, WARN: 1, ALERT: 2}
LATEST = 253_370_764_800.0
"""The last moment that can be shown everywhere, in seconds since the epoch: the beginning of 9999."""
_TEXTS = (
    "key", "what", "state", "severity", "subject", "sure", "then", "runbook", "owner", "observation", "worst", "by",
    "note", "told", "saying",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one message got on one route.

    Attributes:
        tries: How often it was tried.
        again: Not before this time, in seconds since the epoch.
        sent: When the route took it, or None.
        error: Why it did not, the last time.
    """

    tries: int = 0
    again: float = 0.0
    sent: float | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened, since when, how sure that is, what to do, and who should.

    Attributes:
        key: Same subject and cause, same key: it is one alert however often it is seen.
        what: What happened, in a sentence.
        state: `open`, `acknowledged`, `snoozed` or `resolved`.
        severity: `warn` or `alert`, as last seen.
        subject: What it is about.
        since: When it was first seen, in seconds since the epoch.
        sure: How sure that is, in words.
        then: What to do next.
        runbook: Where that is written at length: an address or a path.
        owner: Who should do it.
        count: Observations in a row that showed it.
        seen: When it was last seen.
        after: Observations in a row before a message goes out.
        observation: What was seen last; the same observation twice counts once.
        worst: Highest severity since it opened.
        until: End of the snooze, or None.
        by: Who changed its state last; empty where nbops itself did.
        note: What they said.
        told: Severity that the last message spoke of; empty before the first.
        saying: What the message that is due or sent says: `opened`, `worse`, `again` or `resolved`.
        message: Number of that message, 0 before the first.
        deliveries: Route → how far that message got.
    """

    key: str
    what: str
    state: str
    severity: str
    subject: str
    since: float
    sure: str = ""
    then: str = ""
    runbook: str = ""
    owner: str = ""
    count: int = 1
    seen: float = 0.0
    after: int = 1
    observation: str = ""
    worst: str = ""
    until: float | None = None
    by: str = ""
    note: str = ""
    told: str = ""
    saying: str = ""
    message: int = 0
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What a person types: eight hexadecimal digits."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:8]

    @property
    def active(self) -> bool:
        """Whether its cause still held when last looked."""
        return self.state != RESOLVED

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"id": self.id, **asdict(self)}

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Alert:
        """Return the alert that *body* stands for; fields of other versions of nbops are passed over.

        Raises:
            TypeError: It is no alert.
            ValueError: A field holds what none can.
        """
        if not isinstance(body, Mapping) or not isinstance(body.get("deliveries") or {}, Mapping):
            raise TypeError("an alert is an object, and so are its deliveries")
        known = {name: value for name, value in body.items() if name in Alert.__dataclass_fields__}
        known["deliveries"] = {name: Delivery(**one) for name, one in (body.get("deliveries") or {}).items()}
        alert = Alert(**known)
        _check(alert)
        return alert


def _check(alert: Alert) -> None:
    """Refuse what would stop whoever reads it: one file that was damaged must not silence the others."""
    moments = [alert.since, alert.seen, alert.until or 0]
    counts = [alert.count, alert.after, alert.message]
    for one in alert.deliveries.values():
        moments += [one.again, one.sent or 0]
        counts.append(one.tries)
        _want(isinstance(one.error, str), "error")
    _want(all(isinstance(one, int | float) and 0 <= one <= LATEST for one in moments), "time")
    _want(all(isinstance(one, int) and one >= 0 for one in counts), "count")
    _want(all(isinstance(getattr(alert, name), str) for name in _TEXTS), "text")
    _want(alert.state in {OPEN, ACKNOWLEDGED, SNOOZED, RESOLVED}, "state")
    _want(alert.severity in {WARN, ALERT} and alert.told in RANK and alert.worst in RANK, "severity")


def _want(holds: bool, what: str) -> None:  # a condition
    if not holds:
        raise ValueError(f"an alert has no such {what}")


def awake(alert: Alert, now: float) -> Alert:
    """Return *alert* as it is at *now*: open again once its snooze is over."""
    if alert.state != SNOOZED or alert.until is None or alert.until > now:
        return alert
    return replace(alert, state=OPEN, until=None, by="", note="", told="", saying="again")


def with_message(alert: Alert) -> Alert:
    """Return *alert* with a message due, where it is open, has lasted, and says more than the last message did."""
    due = alert.state == OPEN and alert.count >= alert.after and RANK[alert.severity] > RANK[alert.told]
    if not due:
        return alert
    saying = "worse" if alert.told else "again" if alert.saying == "again" else "opened"
    return replace(alert, told=alert.severity, saying=saying, message=alert.message + 1, deliveries={})
