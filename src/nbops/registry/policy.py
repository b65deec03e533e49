"""What `[tool.nbops.gates]` in `pyproject.toml` demands of a version."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from nbops.errors import ConfigError
from nbops.settings import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_BOUNDS = {"at_least", "at_most"}
_WORDS = {"primary", "tolerance", "aliases", "holdout", "label", "fairness", "importances"}


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
class Fairness:
    """How alike groups of people must be treated.

    Attributes:
        sensitive: Columns of the rows that say which group a row belongs to.
        min_ratio: Least selection rate over the largest (four-fifths rule).
        max_odds_gap: How much the equalised-odds difference may exceed that of the holder of the alias.
        max_slice_loss: How much worse than the holder a slice may be: points of accuracy, or a share of its MAE.
    """

    sensitive: tuple[str, ...]
    min_ratio: float = 0.8
    max_odds_gap: float = 0.05
    max_slice_loss: float = 0.05


@dataclass(frozen=True, slots=True)
class Importances:
    """How a model may lean on its features.

    Attributes:
        max_share: Largest share of all importance that one feature may have; more is taken for a leak.
        min_correlation: Rank correlation with the holder's importances under which it is said.
        sensitive: Columns that should not be among the five most important; by default those of `fairness`.
    """

    max_share: float = 0.8
    min_correlation: float = 0.7
    sensitive: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The gates of a project.

    Attributes:
        gates: Bounds on metrics.
        primary: Metric by which a version is compared with the holder of the alias; empty means a well-known one.
        tolerance: How much worse than the holder is still good enough, in units of that metric.
        aliases: Aliases that the gates bind; empty means every one.
        fairness: What groups are owed, or None.
        importances: How a model may lean on its features, or None.
        holdout: File or snapshot of rows with labels, on which versions predict for the two.
        label: Column of it with the truth.
        declared: Whether the project declares gates at all. Without, gates only advise.
    """

    gates: tuple[Gate, ...] = ()
    primary: str = ""
    tolerance: float = 0.0
    aliases: tuple[str, ...] = ()
    fairness: Fairness | None = None
    importances: Importances | None = None
    holdout: str = ""
    label: str = ""
    declared: bool = False

    def binds(self, alias: str) -> bool:
        """Say whether a closed gate keeps a version from *alias*."""
        return self.declared and (not self.aliases or alias in self.aliases)


_Rules = TypeVar("_Rules", Fairness, Importances)


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
    fairness = _rules(declared, "fairness", Fairness, source)
    if fairness is not None and not fairness.sensitive:
        raise ConfigError(f"fairness in {source} names no column", hint='fairness = { sensitive = ["sex"] }')
    return Policy(
        gates=tuple(gates),
        primary=_word(declared, "primary", str, "", source),
        tolerance=float(_word(declared, "tolerance", (int, float), 0.0, source)),
        aliases=tuple(_word(declared, "aliases", list, [], source)),
        fairness=fairness,
        importances=_rules(declared, "importances", Importances, source),
        holdout=_word(declared, "holdout", str, "", source),
        label=_word(declared, "label", str, "", source),
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


def _rules(declared: Mapping[str, Any], name: str, kind: type[_Rules], source: str) -> _Rules | None:
    if name not in declared:
        return None
    table = _word(declared, name, dict, {}, source)
    known = {one.name for one in fields(kind)}
    if unknown := set(table) - known:
        raise ConfigError(f"{name} in {source} has no {', '.join(sorted(unknown))}", hint=", ".join(sorted(known)))
    for word, value in table.items():
        names = word == "sensitive" and isinstance(value, list) and all(isinstance(one, str) for one in value)
        numeric = word != "sensitive" and isinstance(value, int | float) and not isinstance(value, bool)
        if not names and not numeric:
            raise ConfigError(f"{name} in {source}: {word} is {value!r}, which has the wrong type")
    given: dict[str, Any] = {word: tuple(value) if isinstance(value, list) else value for word, value in table.items()}
    return kind(**{"sensitive": (), **given})


def _word(declared: Mapping[str, Any], name: str, kind: type | tuple[type, ...], default: Any, source: str) -> Any:
    value = declared.get(name, default)
    if isinstance(value, bool) or not isinstance(value, kind):
        raise ConfigError(f"{name} of [tool.nbops.gates] in {source} is {value!r}, which has the wrong type")
    return value
