"""An alert in words that can be acted on."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.alerts.alert import Alert

_SAYING = {"worse": "got worse", "again": "still there after its snooze", "resolved": "resolved"}


def message(alert: Alert) -> tuple[str, str]:
    """Return the title and the text of the message that is due for *alert*."""
    said = _SAYING.get(alert.saying)
    title = f"[{alert.severity if alert.active else 'ok'}] {alert.subject}" + (f": {said}" if said else "")
    times = "once" if alert.count == 1 else f"{alert.count} times in a row"
    lines = [
        ("", alert.what),
        ("since", f"{at(alert.since)}, seen {times}, last {at(alert.seen)}"),
        ("how sure", alert.sure),
        ("next", alert.then if alert.active else ""),
        ("runbook", alert.runbook),
        ("for", alert.owner),
        ("note", alert.note if not alert.active else ""),
        ("", f"nbops alerts show {alert.id}"),
    ]
    return title, "\n".join(f"{name}: {text}" if name else text for name, text in lines if text)


def at(moment: float) -> str:
    """Return a point in time as people write it, with its zone."""
    return time.strftime("%Y-%m-%d %H:%M %Z", time.localtime(moment))
