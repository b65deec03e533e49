"""Names that belong to a function or class body."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from nbops.slicing.facts import PARAMETER, Named, Value

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NO_PARTS = {"ctx", "op", "ops", "id", "attr", "arg", "asname", "module", "level", "kind", "conversion", "type_comment"}


class _Parts(dict[type[ast.AST], tuple[str, ...]]):
    """Class of node → its fields that may hold other nodes, apart from operators and contexts."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        found = () if kind is ast.Constant else tuple(name for name in kind._fields if name not in _NO_PARTS)
        self[kind] = found
        return found


_PARTS = _Parts()


def nodes_in(roots: Iterable[ast.AST], *, apart: tuple[type[ast.AST], ...] = ()) -> Iterator[ast.AST]:
    """Yield *roots* and everything in them that has parts of its own or a name, but nothing in those of type *apart*.

    `ast.walk` does the same for every operator and context too, which takes three times as long.
    """
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, apart):
            for field in _PARTS[node.__class__]:
                child = getattr(node, field, None)
                if child.__class__ is list:
                    waiting.extend(item for item in child if isinstance(item, ast.AST))
                elif isinstance(child, ast.AST):
                    waiting.append(child)


def locals_of(arguments: ast.arguments | None, body: Iterable[ast.stmt]) -> frozenset[str]:
    """Return the parameters of *arguments* and the names that *body* binds in its own scope."""
    own = {item.arg for item in arguments_of(arguments)} if arguments else set()
    elsewhere: set[str] = set()
    for node in nodes_in(body, apart=(*_SCOPES, ast.Lambda)):
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
