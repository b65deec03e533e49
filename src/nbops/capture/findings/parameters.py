"""Parameters of a cell: what a person chose, as opposed to what was computed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.capture.boundary import unharmed
from nbops.capture.code.bindings import COMPUTED, LITERAL, Binding
from nbops.capture.code.given_fields import given_fields
from nbops.capture.code.literals import is_constant
from nbops.capture.namespace.values import config_entries, flatten, kind_name, simple_value

if TYPE_CHECKING:
    from nbops.capture.code.names import CellNames

_PLOTTING = {"plt", "ax", "axes", "axs", "fig", "sns", "px", "go", "alt", "plot", "hist", "scatter", "imshow", "bar",
             "boxplot", "figure", "subplots", "set_title", "set_xlabel", "set_ylabel", "savefig", "show"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Literal:
    """A name that an earlier cell set to a literal.

    Attributes:
        count: Execution count of that cell.
        values: Dotted names → JSON values.
    """

    count: int | None
    values: Mapping[str, Any]


@dataclass(slots=True)
class Parameters:
    """What was found.

    Attributes:
        values: Name → JSON value.
        origins: Name → where it came from, when not the cell itself.
    """

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)


def parameters_of(
    tree: ast.Module,
    names: CellNames,
    bindings: tuple[Binding, ...],
    namespace: Mapping[str, Any],
    earlier: Mapping[str, Literal],
    *,
    seeds: frozenset[str] = frozenset(),
    read: frozenset[str] = frozenset(),
    complete: bool = True,
) -> Parameters:
    """Find the parameters of a cell that has run.

    Args:
        tree: Of the cell.
        names: Its names.
        bindings: Its bindings.
        namespace: After the cell.
        earlier: Literals of earlier cells by name.
        seeds: Names that only seed random generators; they have a field of their own.
        read: Names that the functions called by the cell read.
        complete: The cell ran to its end, so that a name that is gone was deleted after it was used.
    """
    found = Parameters()
    beside = _beside_the_point(tree, namespace)
    for name in dict.fromkeys(item.name for item in bindings):
        own = [item for item in bindings if item.name == name]
        if not _is_private(name) and name not in seeds | beside:
            with unharmed(f"the parameter {name}"):
                found.values.update(_chosen(name, own, namespace, complete=complete))
    for name in dict.fromkeys([*names.inputs, *sorted(read)]):
        former = earlier.get(name)
        if former is None or _is_private(name) or name in seeds | beside or name in found.values:
            continue
        now: dict[str, Any] = {}
        with unharmed(f"the parameter {name}"):
            now = dict(flatten(name, namespace.get(name)))
        for key, value in former.values.items():
            if key not in found.values and key in now and same(now[key], value):
                found.values[key] = value
                found.origins[key] = f"from [{former.count}]" if former.count is not None else "from an earlier cell"
    return found


def literals_of(bindings: tuple[Binding, ...], namespace: Mapping[str, Any], count: int | None) -> dict[str, Literal]:
    """Return the names that a cell left set to what a person typed, for the cells after it."""
    found: dict[str, Literal] = {}
    for name in dict.fromkeys(item.name for item in bindings):
        values: dict[str, Any] = {}
        if not _is_private(name):
            with unharmed(f"the parameter {name}"):
                values = _chosen(name, [item for item in bindings if item.name == name], namespace)
        if values:
            found[name] = Literal(count, values)
    return found


def explicit_parameters(names: tuple[str, ...], namespace: Mapping[str, Any]) -> tuple[Parameters, list[str]]:
    """Return exactly the parameters that were asked for, and sentences about those that are not there."""
    from nbops.capture.findings.lookup import look_up, missing

    found, warnings = Parameters(), []
    for name in names:
        value, there = look_up(name, namespace)
        if not there:
            warnings.append(missing("parameter", name, namespace))
            continue
        values = dict(flatten(name, value))
        if not values:
            warnings.append(f"parameter {name!r} is a {kind_name(type(value))}, which is no plain value")
        found.values.update(values)
    return found, warnings


def same(left: Any, right: Any) -> bool:
    """Compare two JSON values, type and all; never calls a user's `__eq__`."""
    return type(left) is type(right) and bool(left == right)


def _chosen(name: str, own: list[Binding], namespace: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
    """Return what a person typed for *name*, if that is what it still holds."""
    there = name in namespace
    if all(item.kind == LITERAL and not item.loop for item in own):
        last: dict[str, Any] = {}
        for item in own:
            typed = dict(flatten(name, item.value))
            if not typed or (not there and (item.conditional or not complete)):
                continue
            now = dict(flatten(name, namespace[name])) if there else typed
            kept = {key: value for key, value in typed.items() if key in now and same(now[key], value)}
            last = kept or last
        return {} if _is_empty(own[-1].value) else last
    if len(own) == 1 and there and own[0].kind == COMPUTED and _is_configuration(own[0], namespace[name]):
        return dict(flatten(name, namespace[name]))
    if len(own) == 1 and isinstance(own[0].node, ast.Dict):
        return _typed_entries(name, own[0].node, namespace.get(name))
    if len(own) == 1 and there and own[0].kind == COMPUTED:
        return _typed_fields(name, own[0].node, namespace[name])
    return {}


def _typed_fields(name: str, node: ast.expr | None, held: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that were given as constants beside computed ones."""
    entries = config_entries(held) if isinstance(node, ast.Call) and type(held) is not dict else None
    given = given_fields(node, kind_name(type(held)), list(entries)) if entries else None
    if not entries or not given:
        return {}
    chosen = {key: simple_value(entries[key]) for key, part in given.items() if is_constant(part) and key in entries}
    return {f"{name}.{key}": value for key, (value, known) in chosen.items() if known}


def _typed_entries(name: str, node: ast.Dict, held: Any) -> dict[str, Any]:
    """Return the literal entries of a dict display whose other entries are computed."""
    entries = config_entries(held) or {}
    typed = {
        str(key.value): value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and is_constant(value)
    }
    chosen = {key: simple_value(entries[key]) for key in typed if key in entries}
    return {f"{name}.{key}": value for key, (value, known) in chosen.items() if known}


def _is_configuration(item: Binding, value: Any) -> bool:
    """Say whether a dataclass or namespace was made from constants only."""
    call = item.node
    if not isinstance(call, ast.Call) or config_entries(value) is None or type(value) is dict:
        return False
    return all(is_constant(part) for part in [*call.args, *(keyword.value for keyword in call.keywords)])


def _beside_the_point(tree: ast.Module, namespace: Mapping[str, Any]) -> frozenset[str]:
    """Return names that the cell uses only to draw, and integers that it uses only as an index."""
    uses: dict[str, set[str]] = {}
    for node, purpose in _with_purpose(tree, ""):
        uses.setdefault(node.id, set()).add(purpose)
    return frozenset(
        name
        for name, purposes in uses.items()
        if purposes <= {"draw"} or (purposes <= {"draw", "index"} and type(namespace.get(name)) is int)
    )


def _with_purpose(node: ast.AST, purpose: str) -> Iterator[tuple[ast.Name, str]]:
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node, purpose
    elif isinstance(node, ast.Call) and _draws(node.func):
        yield from _with_purpose(node.func, purpose)
        for part in [*node.args, *node.keywords]:
            yield from _with_purpose(part, "draw")
    elif isinstance(node, ast.Subscript):
        yield from _with_purpose(node.value, purpose)
        # A slice says how much, an index says which.
        names_one = isinstance(node.slice, (ast.Name, ast.Tuple))
        yield from _with_purpose(node.slice, purpose or ("index" if names_one else ""))
    else:
        for child in ast.iter_child_nodes(node):
            yield from _with_purpose(child, purpose)


def _draws(function: ast.expr) -> bool:
    parts = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    parts |= {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    return bool(parts & _PLOTTING)


def _is_private(name: str) -> bool:
    return name.startswith("_")


def _is_empty(value: Any) -> bool:
    return isinstance(value, (list, dict, set, tuple)) and not value
