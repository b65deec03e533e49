"""Names that a cell binds in the notebook's namespace, and how often."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bindings_of(tree: ast.AST) -> Counter[str]:
    """Count every binding and deletion of a name at the notebook's level; a function's count where it is `global`."""
    return Counter(_bound(ast.iter_child_nodes(tree)))


def plain_assignment(statement: ast.stmt) -> str | None:
    """Return the name that *statement* assigns, if it is one name, alone."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value is not None:
        return statement.target.id
    return None


def mentioned(tree: ast.AST) -> set[str]:
    """Return every name that stands anywhere in *tree*."""
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        yield from _own(node)
        if isinstance(node, _SCOPES):
            yield from _in_scope(node)
        elif isinstance(node, _COMPREHENSIONS):
            # Its targets are its own; what `:=` binds is not.
            yield from (part.target.id for part in ast.walk(node) if isinstance(part, ast.NamedExpr))
        else:
            yield from _bound(ast.iter_child_nodes(node))


def _own(node: ast.AST) -> Iterator[str]:
    named: str | None = None
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        named = node.id
    elif isinstance(node, _NAMED):
        named = node.name
    elif isinstance(node, ast.MatchMapping):
        named = node.rest
    elif isinstance(node, ast.alias):
        named = node.asname or node.name.partition(".")[0]
    if named:
        yield named


def _in_scope(node: ast.AST) -> Iterator[str]:
    shared = {name for part in ast.walk(node) if isinstance(part, ast.Global) for name in part.names}
    if shared:
        yield from (name for name in _bound_inside(node) if name in shared)
    for part in [*getattr(node, "decorator_list", ()), *_defaults(node)]:
        yield from _bound([part])


def _bound_inside(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        yield from _own(part)


def _defaults(node: ast.AST) -> list[ast.expr]:
    arguments = getattr(node, "args", None)
    if not isinstance(arguments, ast.arguments):
        return []
    return [*arguments.defaults, *(one for one in arguments.kw_defaults if one is not None)]
