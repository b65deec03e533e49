"""Statements that only show something."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import partial

from nbops.slicing.effects import Effects

_ATTRIBUTES = {"shape", "columns", "dtypes", "dtype", "index", "size", "ndim", "values", "T", "empty", "name"}
_CALLS = {"len", "type", "sorted", "min", "max", "sum", "abs", "round", "dir", "vars", "id", "repr", "help"}
_SPEAKS = {"print", "display"}


def is_exploration(node: ast.stmt, aliases: Mapping[str, str], effects: Effects, defined: frozenset[str]) -> bool:
    """Say whether *node* is a bare expression that certainly does nothing but show something.

    It is built from names, constants, items, well-known attributes and calls of known readers (`df.head()`,
    `len(rows)`), which neither draw random numbers, nor touch files, plots or settings, nor print.

    Args:
        node: A statement at the top level of a cell.
        aliases: Imported name → what it stands for.
        effects: The table that names the readers.
        defined: Names that the notebook binds itself, so that they are no builtins.
    """
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Constant):
        return not isinstance(node.value.value, str)  # a text may be the cell's docstring
    return _is_pure(node.value, aliases, effects, defined)


def _is_pure(node: ast.expr, aliases: Mapping[str, str], effects: Effects, defined: frozenset[str]) -> bool:
    pure = partial(_is_pure, aliases=aliases, effects=effects, defined=defined)

    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return not node.id.startswith("_ipython_line_")
    if isinstance(node, ast.Attribute):
        return (node.attr in _ATTRIBUTES or node.attr.endswith("_")) and pure(node.value)
    if isinstance(node, ast.Subscript | ast.Slice | ast.Tuple | ast.List | ast.Compare):
        return all(pure(part) for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
    if isinstance(node, ast.Call):
        given = [*node.args, *(word.value for word in node.keywords)]
        reads = not any(isinstance(part, ast.Starred) for part in given) and all(pure(part) for part in given)
        owner = not isinstance(node.func, ast.Attribute) or pure(node.func.value)
        return owner and reads and _is_reader(node.func, aliases, effects, defined)
    return False


def _is_reader(function: ast.expr, aliases: Mapping[str, str], effects: Effects, defined: frozenset[str]) -> bool:
    if isinstance(function, ast.Name):
        return function.id in _CALLS and function.id not in defined
    if not isinstance(function, ast.Attribute) or _is_module(function.value, aliases):
        return False
    name = f".{function.attr}"
    quiet = not effects.calls.match(name) and not effects.files.match(name)
    return quiet and function.attr not in _SPEAKS and effects.says("readers", name)


def _is_module(node: ast.expr, aliases: Mapping[str, str]) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in aliases
