"""Which statements of kept executions bind which names, and from which other names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbops.capture.journal.records import Execution
from nbops.pipelines.notebook.rewrite import without_magics

_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp)
_CHANGING = {"pop", "insert", "update", "sort", "fill", "append", "extend", "partition"}


@dataclass(frozen=True, slots=True)
class Binding:
    """A top-level statement that binds names.

    Attributes:
        execution: That holds it.
        text: The statement as typed.
        targets: Names that it binds, in order; empty where it does more than to assign to names.
        reads: Names that it reads.
        steady: An import, a definition or a literal: it brings no data.
        line: First line in the execution's code without our magics.
    """

    execution: Execution
    text: str
    targets: tuple[str, ...]
    reads: frozenset[str]
    steady: bool
    line: int


def bindings_of(executions: Sequence[Execution]) -> dict[str, tuple[Binding, ...]]:
    """Return for each name the statements that bind it, in the order in which they ran."""
    found: dict[str, list[Binding]] = {}
    for one in executions:
        code = without_magics(one.source)
        tree = parse_cell(code)
        for statement in tree.body if tree else ():
            names = set(_bound(statement))
            if names:
                binding = _binding(one, statement, code)
                for name in names:
                    found.setdefault(name, []).append(binding)
    return {name: tuple(several) for name, several in found.items()}


def parse_cell(code: str) -> ast.Module | None:
    """Parse a cell as typed, with its line magics passed over; None where it is not Python otherwise."""
    try:
        return ast.parse(_MAGIC.sub(r"\1pass", code))
    except (SyntaxError, ValueError, RecursionError):
        return None


def reads_of(node: ast.AST) -> frozenset[str]:
    """Return the names that *node* loads, in whatever scope."""
    return frozenset(
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    )


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
    return tuple(found) if len(set(_bound(statement))) == len(set(found)) else ()


def changes_by_text(code: str, name: str, after: int = 0) -> bool:
    """Say whether a cell seems to change the object of *name* in place, in a line after line *after*."""
    tree = parse_cell(code)
    return any(getattr(node, "lineno", 0) > after and _changes(node, name) for node in (ast.walk(tree) if tree else ()))


def _binding(one: Execution, statement: ast.stmt, code: str) -> Binding:
    lines = code.split("\n")
    text = "\n".join(lines[statement.lineno - 1 : statement.end_lineno])
    return Binding(
        execution=one,
        text=text,
        targets=targets_of(statement),
        reads=reads_of(statement),
        steady=_is_steady(statement),
        line=statement.end_lineno or statement.lineno,
    )


def _is_steady(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    value = getattr(statement, "value", None)
    try:
        ast.literal_eval(value) if isinstance(value, ast.expr) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return isinstance(value, ast.expr)


def _bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that *node* binds in the notebook's namespace."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        yield from (name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names)
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    for part in ast.iter_child_nodes(node):
        if isinstance(part, _SCOPES) and not isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (walrus.target.id for walrus in ast.walk(part) if isinstance(walrus, ast.NamedExpr))
        else:
            yield from _bound(part)


def _changes(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
        return _root(node) == name
    if isinstance(node, ast.AugAssign):
        return _root(node.target) == name
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _root(node.func) == name:
        inplace = any(word.arg == "inplace" and getattr(word.value, "value", 1) for word in node.keywords)
        return inplace or (isinstance(node.func.value, ast.Name) and node.func.attr in _CHANGING)
    return False


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return getattr(node, "id", "")
