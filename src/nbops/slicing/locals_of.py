"""Names that belong to a function or class body."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbops.slicing.facts import PARAMETER, Named, Value

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def locals_of(arguments: ast.arguments | None, body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the parameters of *arguments* and the names that *body* binds in its own scope."""
    own = {item.arg for item in arguments_of(arguments)} if arguments else set()
    elsewhere: set[str] = set()
    for node in _own_nodes(body):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            own.add(node.id)
        elif isinstance(node, _SCOPES):
            own.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            own.update(item.asname or item.name.partition(".")[0] for item in node.names)
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            own.add(node.name)
        elif isinstance(node, ast.Global):
            elsewhere.update(node.names)
    return frozenset(own - elsewhere)


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """Return every parameter of a signature."""
    every = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [item for item in every if item is not None]


def parameters_of(arguments: ast.arguments) -> dict[str, Value]:
    """Return the parameters of a signature, each standing for what is passed for it."""
    return {item.arg: Named(PARAMETER + item.arg) for item in arguments_of(arguments)}


def _own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    waiting = list(body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*_SCOPES, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
