"""How each name of a cell gets its value: by a literal, by computing, by counting, timing or measuring lengths."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nbops.capture.code.called import called, last_name
from nbops.capture.code.literals import NotConstant, constant
from nbops.capture.code.names import stores_of

_TIMERS = {"time", "perf_counter", "monotonic", "process_time", "perf_counter_ns", "time_ns", "monotonic_ns",
           "default_timer", "now", "utcnow", "today", "timer", "clock"}  # fmt: skip
_TIMES = {"total_seconds", "seconds", "timestamp", "elapsed"}
_PLACES = {"argmax", "argmin", "idxmax", "idxmin", "nanargmax", "nanargmin", "index", "find", "searchsorted", "id",
           "hash", "getpid", "ord", "get_loc"}  # fmt: skip
_LENGTHS = {"shape", "size", "ndim", "nbytes"}
_ARITHMETIC = {"int", "round", "min", "max", "abs", "sum", "float"}
LITERAL, COMPUTED, COUNTER, TIMER, SIZE, PLACE, TARGET, OTHER = (
    "literal", "computed", "counter", "timer", "size", "place", "target", "other")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a cell gives a name a value.

    Attributes:
        name: The name.
        kind: `literal`, `computed`, `counter` (`n += 1`), `timer`, `size` (`len`, `.shape`), `place` (indices, ids),
            `target` (of a loop, `with` or `except`) or `other` (import, definition).
        value: Of a literal.
        node: The expression, where there is one.
        loop: It stands in a loop.
        conditional: It may not have been reached.
    """

    name: str
    kind: str
    value: Any = None
    node: ast.expr | None = None
    loop: bool = False
    conditional: bool = False


def bindings_of(tree: ast.Module, timers: frozenset[str] = frozenset()) -> tuple[Binding, ...]:
    """List the bindings of a cell's top level, also inside its loops and conditions, in order.

    Args:
        tree: Of the cell.
        timers: Names that earlier cells set from a clock.
    """
    return tuple(_Reading(set(timers)).of_block(tree.body, _Place()))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a statement stands."""

    loop: bool = False
    conditional: bool = False

    def bind(self, name: str, kind: str, value: Any = None, node: ast.expr | None = None) -> Binding:
        return Binding(name, kind, value, node, self.loop, self.conditional)


class _Reading:
    """One pass over a cell; knows which names hold times."""

    def __init__(self, timers: set[str]) -> None:
        self.timers = timers

    def of_block(self, body: list[ast.stmt], place: _Place) -> Iterator[Binding]:
        for statement in body:
            read = self._of_compound if hasattr(statement, "body") else self._of_statement
            for binding in read(statement, place):
                if binding.kind == TIMER:
                    self.timers.add(binding.name)
                else:
                    self.timers.discard(binding.name)
                yield binding

    def _of_statement(self, item: ast.stmt, place: _Place) -> Iterator[Binding]:
        if isinstance(item, ast.Assign):
            for target in item.targets:
                yield from self._assigned(target, item.value, place)
        elif isinstance(item, ast.AnnAssign) and item.value is not None:
            yield from self._assigned(item.target, item.value, place)
        elif isinstance(item, ast.AugAssign):
            if isinstance(item.target, ast.Name):
                counts = isinstance(item.op, (ast.Add, ast.Sub)) and isinstance(item.value, ast.Constant)
                kind = COUNTER if counts else TIMER if self.kind(item.value) == TIMER else COMPUTED
                yield place.bind(item.target.id, kind, None, item.value)
        else:
            yield from self._named_inside(item, place)

    def _of_compound(self, item: ast.stmt, place: _Place) -> Iterator[Binding]:
        perhaps = _Place(place.loop, conditional=True)
        if isinstance(item, (ast.For, ast.AsyncFor)):
            yield from (place.bind(name, TARGET) for name in stores_of(item.target))
            yield from self.of_block([*item.body, *item.orelse], _Place(loop=True, conditional=True))
        elif isinstance(item, ast.While):
            yield from self._named_inside(item.test, _Place(loop=True, conditional=place.conditional))
            yield from self.of_block([*item.body, *item.orelse], _Place(loop=True, conditional=True))
        elif isinstance(item, ast.If):
            yield from self._named_inside(item.test, place)
            yield from self.of_block([*item.body, *item.orelse], perhaps)
        elif isinstance(item, (ast.With, ast.AsyncWith)):
            targets = [part.optional_vars for part in item.items if part.optional_vars is not None]
            yield from (place.bind(name, TARGET) for target in targets for name in stores_of(target))
            yield from self.of_block(item.body, place)
        elif isinstance(item, (ast.Try, ast.TryStar)):
            handlers = [inner for handler in item.handlers for inner in handler.body]
            yield from self.of_block([*item.body, *handlers, *item.orelse], perhaps)
            yield from self.of_block(item.finalbody, place)
        else:
            yield from self._named_inside(item, place)

    def _named_inside(self, item: ast.stmt | ast.expr, place: _Place) -> Iterator[Binding]:
        named = {node.target.id: node.value for node in ast.walk(item) if isinstance(node, ast.NamedExpr)}
        for name in stores_of(item):
            if name in named:
                yield from self._assigned(ast.Name(name, ast.Store()), named[name], place)
            else:
                yield place.bind(name, OTHER)

    def _assigned(self, target: ast.expr, value: ast.expr, place: _Place) -> Iterator[Binding]:
        if isinstance(target, ast.Name):
            try:
                yield place.bind(target.id, LITERAL, constant(value), value)
            except NotConstant:
                yield place.bind(target.id, self.kind(value), None, value)
        elif isinstance(target, (ast.Tuple, ast.List)):
            paired = isinstance(value, (ast.Tuple, ast.List)) and len(value.elts) == len(target.elts)
            for number, inner in enumerate(target.elts):
                inner_target = inner.value if isinstance(inner, ast.Starred) else inner
                part = value.elts[number] if paired and isinstance(value, (ast.Tuple, ast.List)) else None
                if part is not None:
                    yield from self._assigned(inner_target, part, place)
                else:
                    kind = self.kind(value)
                    yield from (place.bind(name, kind, None, value) for name in stores_of(inner_target))

    def kind(self, value: ast.expr) -> str:
        """Say how an expression gets its value, a literal aside."""
        calls = [node for node in ast.walk(value) if isinstance(node, ast.Call)]
        functions = [called(call) for call in calls]
        names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)} - set(functions)
        attributes = {node.attr for node in ast.walk(value) if isinstance(node, ast.Attribute)}
        if any(name in _TIMERS and not call.args for name, call in zip(functions, calls, strict=True)):
            return TIMER
        if names and names <= self.timers | {"time", "datetime"} and set(functions) <= _TIMES | _ARITHMETIC:
            return TIMER
        if "params" in (called(value) or last_name(value)):
            return OTHER
        others = [name for name in functions if name not in _ARITHMETIC]
        if others and others[0] in _PLACES:
            return PLACE
        measures = set(others) <= {"len"} and ("len" in functions or bool(attributes & _LENGTHS))
        return SIZE if measures or _is_length(value) else COMPUTED


def is_size(value: ast.expr) -> bool:
    """Say whether an expression asks for a length or shape, so that its integers are facts and no metrics."""
    return _Reading(set()).kind(value) == SIZE


def _is_length(value: ast.expr) -> bool:
    """Say whether the outermost thing asked for is a length or shape, whatever it is asked of."""
    while isinstance(value, ast.Subscript):
        value = value.value
    return isinstance(value, ast.Attribute) and value.attr in _LENGTHS
