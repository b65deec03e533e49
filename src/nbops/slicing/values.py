"""Expressions → what the resulting object may share state with."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from nbops.slicing.facts import Called, Fresh, FunctionFacts, Made, Named, Part, Several, Value

CONSTANT = Fresh(constant=True)
FRESH = Fresh()
FunctionReader = Callable[[ast.expr], FunctionFacts]


def value_of(  # noqa: C901, PLR0911, PLR0912 # one line for each kind of node
    node: ast.expr | None, hidden: frozenset[str], read_function: FunctionReader
) -> Value:
    """Summarise the value of *node*; names in *hidden* are local to a comprehension or function."""

    def inner(part: ast.expr | None) -> Value:
        return value_of(part, hidden, read_function)

    match node:
        case None:
            return FRESH
        case ast.Constant() | ast.JoinedStr():
            return CONSTANT
        case ast.Name(id=name):
            return FRESH if name in hidden else Named(name)
        case ast.Attribute(value=of) | ast.Subscript(value=of):
            return Part(inner(of))
        case ast.Starred(value=of) | ast.Await(value=of) | ast.NamedExpr(value=of):
            return inner(of)
        case ast.UnaryOp(operand=ast.Constant()):
            return CONSTANT
        case ast.BinOp(left=left, right=right):
            return _of_arithmetic(inner(left), inner(right), node.op)
        case ast.IfExp(body=yes, orelse=no):
            return several([inner(yes), inner(no)])
        case ast.BoolOp(values=items):
            return several(map(inner, items))
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
            return container(map(inner, items))
        case ast.Call():
            return _of_call(node, inner, hidden)
        case ast.Lambda(args=arguments):
            defaults = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            return Made(read_function(node), several(map(inner, defaults)))
        case ast.GeneratorExp(generators=parts):
            return Made(read_function(node), Part(inner(parts[0].iter)), lazy=True)
        case ast.ListComp(elt=item, generators=parts) | ast.SetComp(elt=item, generators=parts):
            return _of_comprehension([item], parts, hidden, read_function)
        case ast.DictComp(key=key, value=item, generators=parts):
            return _of_comprehension([key, item], parts, hidden, read_function)
        case _:
            return FRESH


def several(values: Iterable[Value]) -> Value:
    """Return one value that holds all of *values*."""
    found = tuple(value for value in values if not isinstance(value, Fresh))
    return Several(found) if found else FRESH


def container(values: Iterable[Value]) -> Value:
    """Return a new container of *values*, which may be none."""
    return Several(tuple(value for value in values if not isinstance(value, Fresh)), contains=True)


def chain(node: ast.expr) -> tuple[str | None, tuple[str, ...], ast.expr | None]:
    """Take `a.b.c` apart into `a`, `("b", "c")`; for another beginning, the name is None and the expression last."""
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return node.id, tuple(reversed(path)), None
    return None, tuple(reversed(path)), node


def _of_arithmetic(left: Value, right: Value, operator: ast.operator) -> Value:
    if left == CONSTANT == right:
        return CONSTANT
    if isinstance(operator, ast.Add) and not isinstance(left, Fresh) and not isinstance(right, Fresh):
        return Several((Part(left), Part(right)))  # lists share their elements with their sum
    return FRESH


def _of_call(node: ast.Call, inner: Callable[[ast.expr | None], Value], hidden: frozenset[str]) -> Value:
    root, path, start = chain(node.func)
    if root in hidden:
        root = None
    receiver = inner(start) if start is not None else Named(root) if root and path else None
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return Called(root, path, receiver, tuple(value for value in map(inner, given) if not isinstance(value, Fresh)))


def _of_comprehension(
    items: list[ast.expr], parts: list[ast.comprehension], hidden: frozenset[str], read_function: FunctionReader
) -> Value:
    local = hidden | {name.id for part in parts for name in ast.walk(part.target) if isinstance(name, ast.Name)}
    found = [value_of(item, local, read_function) for item in items]
    shared = [Part(value_of(part.iter, local, read_function)) for part in parts]
    if all(isinstance(item, (ast.Constant, ast.Compare, ast.JoinedStr, ast.BinOp)) for item in items):
        return container(found)
    return container([*found, *shared])
