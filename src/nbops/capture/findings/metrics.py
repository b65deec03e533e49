"""Metrics of a cell: finite real numbers that it computed at its top level."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.code.bindings import COMPUTED, SIZE, Binding
from nbops.capture.code.literals import is_constant
from nbops.capture.findings.lookup import look_up, missing
from nbops.capture.namespace.values import finite_number

_MOST_ENTRIES = 50
_IDENTIFIER = re.compile(r"(?:^|_)(?:id|ids|idx|index|pid|port|fd)$", re.IGNORECASE)
_SCORING = re.compile(r"score|accuracy|loss|error|auc|precision|recall|(?:^|_)(?:f1|r2|rmse|mae|mse|mape|ap)(?:_|$)")


@dataclass(slots=True)
class Metrics:
    """What was found.

    Attributes:
        values: Name → finite number.
        facts: Name → integer from `len` or `.shape`.
        warnings: Sentences about numbers that are not finite, and names that are not there.
        loops: Names assigned in a loop, whose last value it is.
    """

    values: dict[str, float] = field(default_factory=dict)
    facts: dict[str, int] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    loops: list[str] = field(default_factory=list)

    def take(self, name: str, value: Any, *, size: bool = False) -> None:
        """Sort one value in, if it is a real number at all."""
        number, is_number = finite_number(value)
        if number is not None:
            if size and isinstance(number, int):
                self.facts[name] = number
            else:
                self.values[name] = number
        elif is_number:
            self.warnings.append(f"{name} is {float(value)}")


def metrics_of(
    tree: ast.Module,
    bindings: tuple[Binding, ...],
    namespace: Mapping[str, Any],
    before: Mapping[str, tuple[int, Any]],
    result: Any = None,
    *,
    complete: bool = True,
) -> Metrics:
    """Find the metrics of a cell that has run.

    Args:
        tree: Of the cell.
        bindings: Its bindings.
        namespace: After the cell.
        before: Name → identity and, for plain numbers, value before the cell.
        result: Value of the cell's last expression.
        complete: The cell ran to its end, so that every unconditional binding took place.
    """
    found = Metrics()
    last = {item.name: item for item in bindings}
    for name, item in last.items():
        if name.startswith("_") or name not in namespace or item.kind not in {COMPUTED, SIZE}:
            continue
        value = namespace[name]
        sure = complete and any(own.name == name and not own.conditional for own in bindings)
        if not sure and _is_unchanged(name, value, before):
            continue
        taken = set(found.values)
        if isinstance(item.node, ast.Dict):
            _take_entries(found, name, item.node, value)
        elif not _IDENTIFIER.search(name):
            for key, number in _numbers(name, value):
                found.take(key, number, size=item.kind == SIZE)
        if item.loop:
            found.loops += [key for key in found.values if key not in taken]
    _take_trailing(found, tree, result)
    return found


def explicit_metrics(names: tuple[str, ...], namespace: Mapping[str, Any]) -> Metrics:
    """Return exactly the metrics that were asked for."""
    found = Metrics()
    for name in names:
        value, there = look_up(name, namespace)
        if not there:
            found.warnings.append(missing("metric", name, namespace))
            continue
        numbers = list(_numbers(name, value))
        if not numbers:
            found.warnings.append(f"metric {name!r} is a {type(value).__name__}, which is no number")
        for key, number in numbers:
            found.take(key, number)
    return found


def plain_numbers(namespace: Mapping[str, Any]) -> dict[str, tuple[int, Any]]:
    """Note identity, and value of plain numbers, of everything in the namespace; keeps no object alive but those."""
    return {name: (id(value), value if type(value) in {int, float} else None) for name, value in namespace.items()}


def _is_unchanged(name: str, value: Any, before: Mapping[str, tuple[int, Any]]) -> bool:
    identity, number = before.get(name, (0, None))
    if identity != id(value):
        return False
    return type(value) not in {int, float} or (type(number) is type(value) and number == value)


def _numbers(name: str, value: Any, depth: int = 3) -> Iterator[tuple[str, Any]]:
    """Yield the real scalars in *value*: itself, or the entries of a dict or of a Series with text labels."""
    if type(value) is dict or type(value).__name__ in {"defaultdict", "OrderedDict", "Bunch"}:
        entries = list(dict.items(value))
    elif type(value).__name__ == "Series" and type(value).__module__.partition(".")[0] == "pandas":
        if len(value) > _MOST_ENTRIES or getattr(value.dtype, "kind", "O") not in "iuf":
            return
        entries = list(zip(value.index.tolist(), value.tolist(), strict=True))
        if not all(type(key) is str for key, _ in entries):
            return
    else:
        if finite_number(value)[1]:
            yield name, value
        return
    if depth and len(entries) <= _MOST_ENTRIES and all(type(key) in {str, int} for key, _ in entries):
        for key, item in entries:
            yield from _numbers(f"{name}.{key}", item, depth - 1)


def _take_entries(found: Metrics, name: str, node: ast.Dict, value: Any) -> None:
    """Take the computed entries of a dict display; its literal ones are parameters."""
    typed = {
        key.value
        for key, item in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and is_constant(item)
    }
    if type(value) is dict and len(value) <= _MOST_ENTRIES:
        for key, item in value.items():
            if key not in typed and type(key) in {str, int}:
                for inner, number in _numbers(f"{name}.{key}", item):
                    found.take(inner, number)


def _take_trailing(found: Metrics, tree: ast.Module, result: Any) -> None:
    """Take the value of a trailing `model.score(…)`, named from the call."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or result is None:
        return
    call = last.value.value if isinstance(last.value, ast.Await) else last.value
    if not isinstance(call, ast.Call):
        return
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if _SCORING.search(name) and name not in found.values:
        found.take(name, result)
