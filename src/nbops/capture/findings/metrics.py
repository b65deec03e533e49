"""Metrics of a cell: finite real numbers that it computed at its top level."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.boundary import unharmed
from nbops.capture.code.bindings import COMPUTED, SIZE, Binding, is_size
from nbops.capture.code.called import called
from nbops.capture.code.given_fields import given_fields
from nbops.capture.code.literals import is_constant
from nbops.capture.findings.fold_scores import fold_scores, is_cross_validation
from nbops.capture.findings.lookup import look_up, missing
from nbops.capture.findings.numbers import MOST_ENTRIES, entries_of, numbers_in
from nbops.capture.namespace.values import finite_number, kind_name

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
            if name.endswith(".support") and number == int(number):  # of a classification report: how many rows
                number, size = int(number), True
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
        kind = _kind(item, last)
        if name.startswith("_") or name not in namespace or kind not in {COMPUTED, SIZE}:
            continue
        value = namespace[name]
        sure = complete and any(own.name == name and not own.conditional for own in bindings)
        if not sure and _is_unchanged(name, value, before):
            continue
        taken = set(found.values)
        with unharmed(f"the metric {name}"):
            _take_value(found, name, item, value, size=kind == SIZE)
        if item.loop:
            found.loops += [key for key in found.values if key not in taken]
    with unharmed("the value of a cell's last line"):
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
        numbers = list(numbers_in(name, value)) or list(fold_scores(name, value))
        if not numbers:
            found.warnings.append(f"metric {name!r} is a {kind_name(type(value))}, which is no number")
        for key, number in numbers:
            found.take(key, number)
    return found


def _is_unchanged(name: str, value: Any, before: Mapping[str, tuple[int, Any]]) -> bool:
    identity, number = before.get(name, (0, None))
    if identity != id(value):
        return False
    plain = type(value) is int or type(value) is float
    return not plain or (type(number) is type(value) and bool(number == value))


def _kind(item: Binding, last: Mapping[str, Binding]) -> str:
    """Return how a name got its value; one that is only another's copy was computed where that one was."""
    seen = {item.name}
    while item.kind == COMPUTED and isinstance(item.node, ast.Name):
        source = last.get(item.node.id)
        if source is None or source.name in seen:
            return "copy"
        seen.add(source.name)
        item = source
    return item.kind


def _take_value(found: Metrics, name: str, item: Binding, value: Any, *, size: bool) -> None:
    if isinstance(item.node, ast.Dict):
        _take_entries(found, name, item.node, value)
    elif is_cross_validation(item.node):
        for key, number in fold_scores(name, value):
            found.take(key, number)
    elif not _IDENTIFIER.search(name):
        computed = _computed_fields(item.node, value)
        for key, number in numbers_in(name, value):
            part = key.removeprefix(f"{name}.").partition(".")[0]
            if computed is None or part in computed:
                found.take(key, number, size=size or (computed is not None and is_size(computed[part])))


def _computed_fields(node: ast.expr | None, value: Any) -> dict[str, ast.expr] | None:
    """Return the fields that a dataclass or named tuple was given as computed values; None for anything else."""
    made = isinstance(node, ast.Call) and kind_name(type(value)) not in {"dict", "Series"}
    fields = [str(key) for key, _ in entries_of(value) or ()] if made else []
    given = given_fields(node, kind_name(type(value)), fields) if fields else None
    return {key: part for key, part in given.items() if not is_constant(part)} if given is not None else None


def _take_entries(found: Metrics, name: str, node: ast.Dict, value: Any) -> None:
    """Take the computed entries of a dict display; its literal ones are parameters."""
    pairs = [
        (key.value, item) for key, item in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)
    ]
    typed = {key for key, item in pairs if is_constant(item)}
    sizes = {key for key, item in pairs if is_size(item)}
    if type(value) is dict and len(value) <= MOST_ENTRIES:
        for key, item in value.items():
            if (type(key) is str or type(key) is int) and key not in typed:
                for inner, number in numbers_in(f"{name}.{key}", item):
                    found.take(inner, number, size=key in sizes)


def _take_trailing(found: Metrics, tree: ast.Module, result: Any) -> None:
    """Take the value of a trailing `model.score(…)`, named from the call."""
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr) or result is None:
        return
    call = last.value.value if isinstance(last.value, ast.Await) else last.value
    if not isinstance(call, ast.Call):
        return
    name = called(call)
    if is_cross_validation(call):
        numbers = list(fold_scores("" if type(result) is dict else name, result))
    else:
        numbers = list(numbers_in(name, result)) if _SCORING.search(name) or name == "classification_report" else []
    for key, number in numbers:
        if key not in found.values:
            found.take(key, number)
