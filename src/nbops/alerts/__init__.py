"""What somebody must act on: since when, how sure, what to do next, and to whom it is said."""

from __future__ import annotations

from nbops.alerts.acknowledge import acknowledge
from nbops.alerts.alert import Alert, Delivery
from nbops.alerts.list_alerts import list_alerts
from nbops.alerts.raise_alert import raise_alert
from nbops.alerts.resolve import resolve
from nbops.alerts.routes import Route, read_routes
from nbops.alerts.send import send
from nbops.alerts.snooze import snooze

__all__ = [
    "Alert",
    "Delivery",
    "Route",
    "acknowledge",
    "list_alerts",
    "raise_alert",
    "read_routes",
    "resolve",
    "send",
    "snooze",
]
