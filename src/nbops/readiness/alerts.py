"""Whether somebody would hear of an alert."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from nbops.alerts.list_alerts import list_alerts
from nbops.alerts.routes import Route, read_routes
from nbops.alerts.send import pending
from nbops.readiness.finding import BROKEN, LOOK, WELL, Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbops.workspace import Workspace

_PLAIN = 'url = "${NAME}" in pyproject.toml, and the address in the environment variable NAME'


def alerts(workspace: Workspace) -> Iterator[Finding]:
    """Say which routes cannot be used or have failed, and what is open though nobody can be told."""
    routes = read_routes(workspace.project)
    found = list_alerts(workspace, resolved=True)
    active = [alert for alert in found if alert.active]
    if routes and find_spec("apprise") is None:
        yield Finding("alerts", BROKEN, "apprise is not installed, so nothing is sent", "pip install 'nbops[alerts]'")
    for route in routes:
        yield from _route(route)
    for alert in found:
        for name, one in pending(alert, routes).items():
            if one.error:
                told = f"the message about {alert.subject} did not get through on {name}: {one.error} ({one.tries}×)"
                yield Finding("alerts", LOOK, told, "it is tried again by itself; at once: nbops alerts send")
    if routes or active:
        told = f"{len(routes)} routes" if routes else "no routes, so they are only listed (docs/watching.md)"
        yield Finding("alerts", WELL, f"{len(active)} not resolved; {told}")


def _route(route: Route) -> Iterator[Finding]:
    if route.problem:
        yield Finding("alerts", LOOK, f"the route {route.name} cannot be used: {route.problem}")
    elif route.plain:
        yield Finding(
            "alerts", LOOK, f"the route {route.name} has its address in pyproject.toml, for all to read", _PLAIN
        )
