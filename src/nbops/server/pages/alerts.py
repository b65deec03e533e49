"""Alerts as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place

_RESOLVED = 50
_INTERNAL = ("deliveries", "observation", "message", "told", "saying", "worst")


def alerts_page(place: Place) -> dict[str, Any]:
    """Return the alerts, open ones first, and the latest of those that are over; nothing of routes' addresses."""
    if not place.exists:
        return {"alerts": [], "open": 0}
    from nbops.alerts.list_alerts import list_alerts
    from nbops.alerts.routes import read_routes
    from nbops.alerts.send import pending
    from nbops.errors import ConfigError

    try:
        routes = read_routes(place.workspace.project)
    except ConfigError:
        routes = ()
    found = list_alerts(place.workspace, resolved=True)
    active = [alert for alert in found if alert.active]
    shown = [*active, *[alert for alert in found if not alert.active][:_RESOLVED]]
    wires = []
    for alert in shown:
        wire = {name: value for name, value in alert.to_wire().items() if name not in _INTERNAL}
        unsent = {name: one.error for name, one in pending(alert, routes).items()}
        wires.append({**wire, "unsent": unsent})
    return {"alerts": wires, "open": sum(alert.state == "open" for alert in active)}
