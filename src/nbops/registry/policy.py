"""What `[tool.nbops.gates]` in `pyproject.toml` demands of a version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ConfigError
from nbops.settings import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BOUNDS = {"at_least", "at_most"}
_WORDS = {"primary", "tolerance", "aliases"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Bounds on one metric.

    Attributes:
        metric: Its name, as logged.
        at_least: Floor, or None.
        at_most: Ceiling, or None.
    """

    metric: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The gates of a project.

    Attributes:
        gates: Bounds on metrics.
        primary: Metric by which a version is compared with the holder of the alias; empty means a well-known one.
        tolerance: How much worse than the holder is still good enough, in units of that metric.
        aliases: Aliases that the gates bind; empty means every one.
        declared: Whether the project declares gates at all. Without, gates only advise.
    """

    gates: tuple[Gate, ...] = ()
    primary: str = ""
    tolerance: float = 0.0
    aliases: tuple[str, ...] = ()
    declared: bool = False

    def binds(self, alias: str) -> bool:
        """Say whether a closed gate keeps a version from *alias*."""
        return self.declared and (not self.aliases or alias in self.aliases)


def read_policy(project: Path) -> Policy:
    """Read the policy of *project*; an undeclared one, which binds nothing, where there is no such table.

    Raises:
        ConfigError: The table says something that no gate understands.
    """
    table, source = read_table(project)
    if "gates" not in table:
        return Policy()
    declared = table["gates"]
    if not isinstance(declared, dict):
        raise ConfigError(f"[tool.nbops.gates] in {source} is not a table", hint="auc = { at_least = 0.7 }")
    gates = [_gate(name, value, source) for name, value in declared.items() if name not in _WORDS]
    return Policy(
        gates=tuple(gates),
        primary=_word(declared, "primary", str, "", source),
        tolerance=float(_word(declared, "tolerance", (int, float), 0.0, source)),
        aliases=tuple(_word(declared, "aliases", list, [], source)),
        declared=True,
    )


def _gate(metric: str, value: Any, source: str) -> Gate:
    hint = f"{metric} = {{ at_least = 0.7 }}"
    if not isinstance(value, dict) or not value or set(value) - _BOUNDS:
        raise ConfigError(f"gate {metric!r} in {source} must be a table of at_least and at_most", hint=hint)
    for bound, limit in value.items():
        if isinstance(limit, bool) or not isinstance(limit, int | float):
            raise ConfigError(f"gate {metric!r} in {source}: {bound} is {limit!r}, must be a number", hint=hint)
    return Gate(metric, **value)


def _word(declared: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: Any, source: str) -> Any:
    value = declared.get(name, default)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise ConfigError(f"{name} of [tool.nbops.gates] in {source} is {value!r}, which has the wrong type")
    return value
