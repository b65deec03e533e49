"""The statements of kept executions: which names they bind, read and change."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.bindings_of import bindings_of
from nbops.pipelines.notebook.rewrite import without_magics

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete, ast.Expr)
_CHANGING = {"pop", "insert", "update", "sort", "fill", "append", "extend", "partition"}


@dataclass(frozen=True, slots=True)
class Statement:
    """A top-level statement of a cell.

    Attributes:
        execution: That holds it.
        text: As typed.
        targets: Names that it binds, in order; empty where it does more than to assign to names.
        bound: Every name that it binds.
        reads: Names that it loads, also as what an item or attribute of is set.
        changes: Names whose objects its text seems to change in place.
        steady: An import, a definition or a literal: it brings no data.
        simple: One line of thought: an assignment, a deletion, an expression.
    """

    execution: Execution
    text: str
    targets: tuple[str, ...]
    bound: frozenset[str]
    reads: frozenset[str]
    changes: frozenset[str]
    steady: bool
    simple: bool


def statements_of(executions: Sequence[Execution]) -> list[Statement]:
    """Return the top-level statements of *executions*, in the order in which they ran; only of what is Python."""
    found = []
    for one in executions:
        code = without_magics(one.source)
        tree = parse_cell(code)
        lines = code.split("\n")
        for node in tree.body if tree else ():
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            found.append(
                Statement(
                    execution=one,
                    text=text,
                    targets=targets_of(node),
                    bound=frozenset(bound_by(node)),
                    reads=reads_of(node),
                    changes=frozenset(_changed(node)),
                    steady=_is_steady(node),
                    simple=isinstance(node, _SIMPLE),
                )
            )
    return found


def parse_cell(code: str) -> ast.Module | None:
    """Parse a cell as typed, with its line magics passed over; None where it is not Python otherwise."""
    try:
        return ast.parse(_MAGIC.sub(r"\1pass", code))
    except (SyntaxError, ValueError, RecursionError):
        return None


def reads_of(node: ast.AST) -> frozenset[str]:
    """Return the names that *node* loads, in whatever scope."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found.add(part.id)
        elif isinstance(part, ast.AugAssign) and isinstance(part.target, ast.Name):
            found.add(part.target.id)
    return frozenset(found)


def targets_of(statement: ast.stmt) -> tuple[str, ...]:
    """Return the names that *statement* assigns, where assigning to names is all that it does to them."""
    if isinstance(statement, ast.AnnAssign):
        given: list[ast.expr] = [statement.target] if statement.value is not None else []
    elif isinstance(statement, ast.Assign):
        given = statement.targets
    else:
        return ()
    found: list[str] = []
    for target in given:
        parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
        if not all(isinstance(part, ast.Name) for part in parts):
            return ()
        found += [part.id for part in parts if isinstance(part, ast.Name)]
    return tuple(found) if bound_by(statement) == set(found) else ()


def bound_by(statement: ast.stmt) -> set[str]:
    """Return the names that *statement* binds or deletes in the notebook's namespace."""
    return set(bindings_of(ast.Module([statement], [])))


def _is_steady(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom, *_DEFINITIONS)):
        return True
    value = getattr(statement, "value", None)
    if not isinstance(value, ast.expr) or not isinstance(statement, ast.Assign | ast.AnnAssign):
        return False
    try:
        ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _changed(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, _DEFINITIONS):
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield _root(node)
        elif isinstance(node, ast.AugAssign):
            yield _root(node.target)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            inplace = any(word.arg == "inplace" and getattr(word.value, "value", True) for word in node.keywords)
            if inplace or (node.func.attr in _CHANGING and _is_name(node.func.value)):
                yield _root(node.func)


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Name)


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
