"""Expressions → what the resulting object may share state with."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping

from nbops.slicing.facts import Called, Fresh, FunctionFacts, Made, Named, Part, Several, Value

CONSTANT = Fresh(constant=True)
FRESH = Fresh()
FunctionReader = Callable[[ast.expr], FunctionFacts]


def value_of(
    node: ast.expr | None,
    hidden: Mapping[str, Value],
    read_function: FunctionReader,
    known: dict[ast.expr, Value] | None = None,
) -> Value:
    """Summarise the value of *node*; *hidden* are local names, with what they stand for, *known* earlier answers."""
    kind = node.__class__  # asked for itself, as a cell has hundreds of expressions
    if kind is ast.Name:
        name: str = node.id  # type: ignore[union-attr]
        return hidden[name] if name in hidden else Named(name)
    if node is None or kind is ast.Constant or kind is ast.JoinedStr:
        return FRESH if node is None else CONSTANT
    if known is not None and node in known:
        return known[node]

    def inner(part: ast.expr | None) -> Value:
        return value_of(part, hidden, read_function, known)

    if isinstance(node, ast.Call):  # most are of these kinds, and `match` takes its time
        found: Value = _of_call(node, inner, hidden)
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        found = Part(inner(node.value))
    else:
        found = _of_others(node, inner, hidden, read_function)
    if known is not None:
        known[node] = found
    return found


def _of_others(  # noqa: C901, PLR0911, PLR0912 # one line for each kind of node
    node: ast.expr,
    inner: Callable[[ast.expr | None], Value],
    hidden: Mapping[str, Value],
    read_function: FunctionReader,
) -> Value:
    match node:
        case ast.Starred(value=of) | ast.Await(value=of) | ast.YieldFrom(value=of):
            return Part(inner(of))
        case ast.NamedExpr(value=of):
            return inner(of)
        case ast.UnaryOp(operand=ast.Constant()):
            return CONSTANT
        case ast.BinOp(left=left, right=right):
            return _of_arithmetic(inner(left), inner(right), node.op)
        case ast.IfExp(body=yes, orelse=no):
            return several([inner(yes), inner(no)])
        case ast.BoolOp(values=items):
            return several(map(inner, items))
        case ast.Tuple(elts=items) if all(isinstance(item, ast.Constant) for item in items):
            return CONSTANT
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
            return container(map(inner, items))
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
    if node.__class__ is ast.Name:
        return node.id, (), None
    path: list[str] = []
    while isinstance(node, ast.Attribute):
        path.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return node.id, tuple(reversed(path)), None
    return None, tuple(reversed(path)), node


def names_in(value: Value) -> Iterator[str]:
    """Yield the names that *value* may share state with."""
    if value.__class__ is Named:
        yield value.name
        return
    match value:
        case Part(of=of):
            yield from names_in(of)
        case Several(of=of):
            for item in of:
                yield from names_in(item)
        case Called(receiver=receiver, arguments=arguments):
            for item in (*([receiver] if receiver is not None else []), *arguments):
                yield from names_in(item)
        case Made(holds=holds):
            yield from names_in(holds)


def joined(old: Value, new: Value) -> Value:
    """Return a value that is *old* or *new*; what grows in a loop stays small."""
    if isinstance(old, Fresh):
        return new
    if isinstance(new, Fresh) or new == old:
        return old
    made = tuple(item for item in (old, new) if isinstance(item, Made))
    names = dict.fromkeys((*names_in(old), *names_in(new)))
    return Several((*map(Named, names), *made))


_SHARING = (ast.Add, ast.Mult, ast.BitOr, ast.BitAnd, ast.Sub)


def _of_arithmetic(left: Value, right: Value, operator: ast.operator) -> Value:
    if left == CONSTANT == right:
        return CONSTANT
    if isinstance(operator, _SHARING):  # lists, sets and dicts share their elements with what they are combined to
        return several(Part(item) for item in (left, right) if not isinstance(item, Fresh))
    return FRESH


def _of_call(node: ast.Call, inner: Callable[[ast.expr | None], Value], hidden: Mapping[str, Value]) -> Value:
    root, path, receiver = called_on(node, inner, hidden)
    given = [*node.args, *[keyword.value for keyword in node.keywords]] if node.keywords else node.args
    return Called(root, path, receiver, arguments_in(map(inner, given)) if given else ())


def arguments_in(values: Iterable[Value]) -> tuple[Value, ...]:
    """Return those of *values* that may share state with anything."""
    return tuple([value for value in values if value.__class__ is not Fresh])


def called_on(
    node: ast.Call, inner: Callable[[ast.expr | None], Value], hidden: Mapping[str, Value]
) -> tuple[str | None, tuple[str, ...], Value | None]:
    """Return root, path and receiver of a call, as in `Called`."""
    root, path, start = chain(node.func)
    if start is not None:
        return None, path, inner(start)
    if root is not None and root in hidden:
        return None, path, hidden[root]
    return root, path, Named(root) if root and path else None


def _of_comprehension(
    items: list[ast.expr], parts: list[ast.comprehension], hidden: Mapping[str, Value], read_function: FunctionReader
) -> Value:
    local = dict(hidden)
    for part in parts:
        value = Part(value_of(part.iter, local, read_function))
        local |= {name.id: value for name in ast.walk(part.target) if isinstance(name, ast.Name)}
    return container(value_of(item, local, read_function) for item in items)
