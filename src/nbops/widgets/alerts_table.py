"""Alerts: what somebody must act on, the open ones on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.phrases import aligned, moment
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import STRONG, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.alerts.alert import Alert

_HEADS = ("alert", "what", "since", "seen", "how sure", "next", "owner", "state")


def alerts_table(alerts: Sequence[Alert]) -> Rendering:
    """Show one line an alert, what happened below its subject."""
    if not alerts:
        return Rendering("no alerts", framed(quiet("no alerts")))
    text = aligned([["", *_HEADS], *([state_sign(_shown(one)), *_words(one)] for one in alerts)])
    html = table([(head, head == "seen") for head in _HEADS], [_cells(one) for one in alerts])
    return Rendering(text, framed(html))


def _shown(alert: Alert) -> str:
    return alert.severity if alert.active else "ok"


def _words(one: Alert) -> list[str]:
    then = " ".join(filter(None, [one.then, f"({one.runbook})" if one.runbook else ""]))
    what = f"{one.subject}: {one.what}"
    return [one.id, what, moment(one.since), f"{one.count}×", one.sure, then, one.owner, _state(one)]


def _state(one: Alert) -> str:
    until = f" until {moment(one.until)}" if one.until else ""
    return f"{one.state}{until}{f' by {one.by}' if one.by else ''}{f': {one.note}' if one.note else ''}"


def _cells(one: Alert) -> list[object]:
    key, _, since, seen, sure, then, owner, state = _words(one)
    what = together(tag("span", one.subject, style=STRONG), tag("div", one.what))
    return [together(state_dot(_shown(one)), " ", key), what, since, seen, quiet(sure), then, owner, state]
