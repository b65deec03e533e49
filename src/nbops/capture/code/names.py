"""Which names a cell reads, binds and deletes in the notebook's namespace."""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any

from nbops.capture.untouchable import is_untouchable

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_GLOBAL_READS = {"LOAD_GLOBAL", "LOAD_NAME"}
_GLOBAL_WRITES = {"STORE_GLOBAL", "DELETE_GLOBAL"}


@dataclass(frozen=True, slots=True)
class CellNames:
    """Names of the notebook's namespace in one cell, each once, in order of appearance.

    Attributes:
        read: Loaded anywhere, also in function bodies.
        inputs: Loaded before the cell itself binds them.
        bound: Assigned, imported, defined or a target at the cell's top level.
        deleted: Removed by `del` and not bound afterwards.
    """

    read: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()


def names_of(tree: ast.Module) -> CellNames:
    """Read the names off a cell's syntax tree."""
    read: dict[str, None] = {}
    inputs: dict[str, None] = {}
    bound: dict[str, None] = {}
    deleted: dict[str, None] = {}
    for statement in tree.body:
        for name in reads_of(statement):
            read[name] = None
            if name not in bound:
                inputs[name] = None
        for name in stores_of(statement):
            bound[name] = None
            deleted.pop(name, None)
        for name in _deletes(statement):
            deleted[name] = None
    return CellNames(tuple(read), tuple(inputs), tuple(bound), tuple(deleted))


def reads_of(node: ast.AST, hidden: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield names that *node* loads from outside itself; *hidden* names belong to an enclosing function."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Store) and node.id not in hidden:
            yield node.id
    elif isinstance(node, (*_FUNCTIONS, ast.Lambda)):
        arguments = node.args
        outside = [*arguments.defaults, *filter(None, arguments.kw_defaults), *getattr(node, "decorator_list", ())]
        yield from _reads_of_all(outside, hidden)
        body = node.body if isinstance(node.body, list) else [node.body]
        yield from _reads_of_all(body, hidden | _locals(arguments, body))
    elif isinstance(node, _COMPREHENSIONS):
        targets = frozenset(name for part in node.generators for name in stores_of(part.target))
        yield from reads_of(node.generators[0].iter, hidden)
        yield from _reads_of_all(ast.iter_child_nodes(node), hidden | targets)
    elif isinstance(node, ast.ClassDef):
        yield from _reads_of_all([*node.bases, *node.keywords, *node.decorator_list], hidden)
        own = frozenset(name for item in node.body for name in stores_of(item) if not isinstance(item, _FUNCTIONS))
        yield from _reads_of_all(node.body, hidden | own)
    else:
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name) and node.target.id not in hidden:
            yield node.target.id
        yield from _reads_of_all(ast.iter_child_nodes(node), hidden)


def stores_of(node: ast.AST) -> Iterator[str]:
    """Yield names that *node* binds in the scope it stands in."""
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store):
            yield node.id
    elif isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            if alias.name != "*":
                yield alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, (*_COMPREHENSIONS, ast.Lambda)):
        yield from (item.target.id for item in ast.walk(node) if isinstance(item, ast.NamedExpr))
    else:
        if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            yield node.name
        for child in ast.iter_child_nodes(node):
            yield from stores_of(child)


def names_inside(names: Iterable[str], namespace: Mapping[str, Any]) -> tuple[set[str], set[str]]:
    """Return the names that functions and classes of the notebook among *names* read and write when called.

    Follows their code through other functions of the notebook.
    """
    read: set[str] = set()
    written: set[str] = set()
    waiting = [name for name in names if name in namespace]
    seen = set(waiting)
    while waiting:
        for code in _codes(namespace[waiting.pop()]):
            loads, stores = _globals_of(code)
            written |= stores
            for name in loads:
                if name in namespace and name not in read:
                    read.add(name)
                    if name not in seen:
                        seen.add(name)
                        waiting.append(name)
    return read, written


def _codes(value: Any) -> Iterator[CodeType]:
    """Yield the code of a function, class or instance that was written in the notebook."""
    if is_untouchable(value):
        return
    kind = type(value)
    if kind is FunctionType:
        if value.__module__ == "__main__":
            yield value.__code__
            yield from (inner.__code__ for inner in _wrapped(value) if inner.__module__ == "__main__")
        return
    owner = value if issubclass(kind, type) else kind
    if owner.__module__ == "__main__":
        for member in owner.__dict__.values():
            function = member.__func__ if type(member) in {staticmethod, classmethod} else member
            function = function.fget if type(function) is property else function
            if type(function) is FunctionType:
                yield function.__code__


def _wrapped(function: FunctionType) -> Iterator[FunctionType]:
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # not bound yet
            continue
        if type(held) is FunctionType:
            yield held


@lru_cache(maxsize=512)
def _globals_of(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    loads: set[str] = set()
    stores: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname in _GLOBAL_READS:
            loads.add(sys.intern(instruction.argval))
        elif instruction.opname in _GLOBAL_WRITES:
            stores.add(instruction.argval)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            inner = _globals_of(constant)
            loads |= inner[0]
            stores |= inner[1]
    return frozenset(loads), frozenset(stores)


def _reads_of_all(nodes: Iterable[ast.AST], hidden: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        yield from reads_of(node, hidden)


def _locals(arguments: ast.arguments, body: list[Any]) -> frozenset[str]:
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    own = {argument.arg for argument in every if argument is not None}
    own.update(name for item in body for name in stores_of(item))
    for item in body:
        for inner in ast.walk(item):
            if isinstance(inner, (ast.Global, ast.Nonlocal)):
                own.difference_update(inner.names)
    return frozenset(own)


def _deletes(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Delete):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
