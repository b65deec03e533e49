"""Whom alerts are sent to: `[tool.nbops.alerts.routes.NAME]` of `pyproject.toml`. There is no default route."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.alerts.alert import RANK, WARN, Alert
from nbops.errors import ConfigError
from nbops.settings import read_table

if TYPE_CHECKING:
    from pathlib import Path

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WORDS = {"url", "owners", "severity"}
_HINT = '[tool.nbops.alerts.routes.oncall]  url = "${ONCALL_URL}"  owners = ["risk"]  severity = "alert"'


@dataclass(frozen=True, slots=True)
class Route:
    """One way to reach somebody.

    Attributes:
        name: What the project calls it.
        url: apprise address; it may hold secrets and is shown nowhere.
        owners: Whose alerts go there; empty means everybody's.
        severity: Lowest that goes there: `warn` or `alert`.
        problem: Why it cannot be used; empty where it can.
        plain: The address stands in the file itself instead of in the environment.
    """

    name: str
    url: str = field(repr=False)
    owners: tuple[str, ...] = ()
    severity: str = WARN
    problem: str = ""
    plain: bool = False

    def takes(self, alert: Alert) -> bool:
        """Say whether *alert* goes there."""
        return (not self.owners or alert.owner in self.owners) and RANK[alert.told] >= RANK[self.severity]


def read_routes(project: Path) -> tuple[Route, ...]:
    """Return the routes of *project*; one that cannot be used says why.

    Raises:
        ConfigError: The table is none, or holds something that no route understands.
    """
    table, source = read_table(project)
    declared = table.get("alerts", {})
    place = f"[tool.nbops.alerts] in {source}"
    if not isinstance(declared, dict) or set(declared) - {"routes"} or not isinstance(declared.get("routes", {}), dict):
        raise ConfigError(f"{place} holds something else than routes", hint=_HINT)
    return tuple(_route(name, value, place) for name, value in declared.get("routes", {}).items())


def _route(name: str, value: Any, place: str) -> Route:
    if not isinstance(value, dict) or set(value) - _WORDS or not isinstance(value.get("url"), str):
        raise ConfigError(f"route {name!r} of {place} must be a table of url, owners and severity", hint=_HINT)
    owners, severity = value.get("owners", []), value.get("severity", WARN)
    owners = [owners] if isinstance(owners, str) else owners
    if not isinstance(owners, list) or not all(isinstance(one, str) for one in owners):
        raise ConfigError(f"owners of route {name!r} of {place} must be a list of names", hint=_HINT)
    if severity not in {"warn", "alert"}:
        raise ConfigError(f"severity of route {name!r} of {place} must be 'warn' or 'alert'", hint=_HINT)
    names = _VARIABLE.findall(value["url"])
    absent = [variable for variable in names if not os.environ.get(variable)]
    problem = f"the environment has no {', '.join(absent)}" if absent else ""
    url = _VARIABLE.sub(lambda found: os.environ.get(found[1], ""), value["url"])
    return Route(name, url, tuple(owners), severity, problem, plain=not names)
