"""Statements → events."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from nbops.slicing.definitions import DefinitionReader
from nbops.slicing.expressions import is_namespace
from nbops.slicing.facts import (
    PARAMETER,
    Called,
    Delete,
    FunctionFacts,
    Import,
    Module,
    Named,
    Opaque,
    Part,
    Settle,
    Store,
    Touch,
    Value,
)
from nbops.slicing.locals_of import arguments_of, parameters_of
from nbops.slicing.values import FRESH, value_of

_NAMES = {kind: f"_on_{kind.__name__}" for kind in ast.stmt.__subclasses__()}
_LEAVES = (ast.Raise, ast.Return, ast.Continue, ast.Break)


class Reader(DefinitionReader):
    """Collects the events of a cell, or of a function's body when names are hidden."""

    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Read statements that follow each other."""
        for statement in statements:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        """Read one statement."""
        reader = getattr(self, _NAMES[node.__class__], None)
        if reader is not None:
            reader(node)
        else:
            for child in ast.iter_child_nodes(node):
                self.expression(child)

    def function(self, node: ast.expr) -> FunctionFacts:
        """Read a lambda or generator expression as something that runs later."""
        inside = Reader(self.hidden)
        if isinstance(node, ast.Lambda):
            inside.hidden |= parameters_of(node.args)
            inside.expression(node.body)
            self.names |= inside.names
            given = (value_of(node.body, inside.hidden, self.function),)
            own = frozenset(PARAMETER + item.arg for item in arguments_of(node.args))
            return FunctionFacts(tuple(inside.events), returns=given, own=own)
        inside.expression(node)
        self.names |= inside.names
        return FunctionFacts(tuple(inside.events), made=True)

    def text(self, code: str, line: int) -> None:
        """Read *code*, Python in a string, as if it stood in the cell."""
        try:
            tree = ast.parse(code.strip())
        except SyntaxError:
            self.events.append(Opaque(line, "code in a string", binds=True))
            return
        for item in ast.walk(tree):
            if isinstance(item, (ast.stmt, ast.expr)):
                item.lineno += line - 1
        self.block(tree.body)

    def store(self, node: ast.Attribute | ast.Subscript, value: Value = FRESH) -> None:
        """Read an attribute or item that is set, and what it is set on."""
        if isinstance(node, ast.Subscript):
            self.expression(node.slice)
        if isinstance(node, ast.Subscript) and is_namespace(node.value):  # globals()['x'] = …
            if isinstance(node.slice, ast.Constant):
                self.bind(f"{node.slice.value!s}", node.lineno, value)
            else:
                self.events.append(Opaque(node.lineno, "a name made up at run time", binds=True))
            return
        self.expression(node.value)
        root, path = _place(node)
        deep = not isinstance(node.value, ast.Name)
        known = None if root in self.hidden else root
        self.events.append(Store(known, path, node.lineno, self.value(node.value), value, deep))

    def _on_Assign(self, node: ast.Assign) -> None:  # noqa: N802 # named after ast's class
        if not isinstance(node.value, (ast.Lambda, ast.GeneratorExp)):
            self.expression(node.value)
        elif isinstance(node.value, ast.GeneratorExp):
            self.expression(node.value.generators[0].iter)
        else:
            self.expressions([*node.value.args.defaults, *node.value.args.kw_defaults])
        whole = self.value(node.value)
        for target in node.targets:
            self._assign(target, node.value, whole)
            if isinstance(target, ast.Name):
                whole = Named(target.id)  # `a = b = []`: one object

    def _assign(self, target: ast.expr, node: ast.expr, whole: Value) -> None:
        if not isinstance(target, (ast.Tuple, ast.List)):
            self.target(target, whole)
        elif isinstance(whole, Called) and not any(name in self.hidden for name in _names(target)):
            # What one call returned in several parts may share something that no name stands for.
            names = ", ".join(_names(target))
            self.bind(names, target.lineno, whole)
            self.names.discard(names)
            self.target(target, Part(Named(names)))
        elif isinstance(node, ast.Tuple) and len(target.elts) == len(node.elts) and not _starred(target):
            for item, value in zip(target.elts, node.elts, strict=True):
                self.target(item, self.value(value))
        else:
            self.target(target, Part(whole))

    def _on_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        self.expression(node.annotation)
        if node.value is not None:
            self.expression(node.value)
            self.target(node.target, self.value(node.value))

    def _on_AugAssign(self, node: ast.AugAssign) -> None:  # noqa: N802
        self.expression(node.value)
        if isinstance(node.target, ast.Name):
            self.read(node.target.id, node.lineno)
            self.bind(node.target.id, node.lineno, Named(node.target.id), grows=True)
        else:
            self.expression(node.target.value)
            self.store(node.target, self.value(node.value))

    def _on_Expr(self, node: ast.Expr) -> None:  # noqa: N802
        self.expression(node.value)

    def _on_Delete(self, node: ast.Delete) -> None:  # noqa: N802
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.names.add(target.id)
                if target.id not in self.hidden:
                    self.events.append(Delete(target.id, node.lineno, self.branches == 0))
            elif isinstance(target, (ast.Attribute, ast.Subscript)):
                self.store(target)

    def _on_Import(self, node: ast.Import) -> None:  # noqa: N802
        for item in node.names:
            self.events.append(Import(item.name, node.lineno))
            root = item.name.partition(".")[0]
            self.bind(item.asname or root, node.lineno, Module(item.name if item.asname else root))

    def _on_ImportFrom(self, node: ast.ImportFrom) -> None:  # noqa: N802
        module = "." * node.level + (node.module or "")
        for item in node.names:
            self.events.append(Import(f"{module}.{item.name}", node.lineno, item.name == "*"))
            if module == "__future__":
                self.events.append(Touch("the language", "changes", node.lineno))
            if item.name != "*":
                self.bind(item.asname or item.name, node.lineno, Module(f"{module}.{item.name}"))

    def _on_If(self, node: ast.If) -> None:  # noqa: N802
        self.expression(node.test)
        self._branches([node.body, node.orelse])

    def _on_For(self, node: ast.For | ast.AsyncFor) -> None:  # noqa: N802
        self.expression(node.iter)
        before = set(self.bound)
        self.branches += 1
        self.target(node.target, Part(self.value(node.iter)))
        self.block(node.body)
        self.bound = before
        self.block(node.orelse)
        self.bound = set(before)
        self.branches -= 1

    _on_AsyncFor = _on_For  # noqa: N815

    def _on_While(self, node: ast.While) -> None:  # noqa: N802
        self.expression(node.test)
        self._branches([node.body, node.orelse], together=False)

    def _on_With(self, node: ast.With | ast.AsyncWith) -> None:  # noqa: N802
        for item in node.items:
            self.expression(item.context_expr)
            self.used(item.context_expr, "__enter__")
            if item.optional_vars is not None:
                self.target(item.optional_vars, self.value(item.context_expr))
        self.block(node.body)

    _on_AsyncWith = _on_With  # noqa: N815

    def _on_Try(self, node: ast.Try) -> None:  # noqa: N802
        caught: set[str] = set()
        alternatives: list[Sequence[ast.stmt]] = [[*node.body, *node.orelse]]
        for handler in node.handlers:
            self.expression(handler.type)
            name = handler.name
            alternatives.append(handler.body)
            if name:
                caught.add(name)
        outer = {name: self.hidden[name] for name in caught if name in self.hidden}
        self.hidden |= dict.fromkeys(caught, FRESH)
        self._branches(alternatives)
        self.hidden = {name: value for name, value in self.hidden.items() if name not in caught} | outer
        self.block(node.finalbody)

    _on_TryStar = _on_Try  # noqa: N815

    def _on_Match(self, node: ast.Match) -> None:  # noqa: N802
        self.expression(node.subject)
        for case in node.cases:
            before = set(self.bound)
            self.branches += 1
            for part in ast.walk(case.pattern):
                if isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
                    self.bind(part.name, part.lineno, Part(self.value(node.subject)))
                elif isinstance(part, ast.MatchMapping) and part.rest:
                    self.bind(part.rest, part.lineno, Part(self.value(node.subject)))
                elif isinstance(part, (ast.MatchValue, ast.MatchClass)):
                    self.expression(part.value if isinstance(part, ast.MatchValue) else part.cls)
            self.expression(case.guard)
            self.block(case.body)
            self.branches -= 1
            self.bound = before

    def _branches(self, alternatives: Iterable[Sequence[ast.stmt]], *, together: bool = True) -> None:
        before = set(self.bound)
        after: list[set[str]] = []
        self.branches += 1
        for statements in alternatives:
            self.bound = set(before)
            self.block(statements)
            if not (statements and isinstance(statements[-1], _LEAVES)):
                after.append(self.bound)
        self.branches -= 1
        everywhere = set.intersection(*after) if after and together else set()
        for name in sorted(everywhere - before):
            if self.branches == 0:
                self.events.append(Settle(name))
        self.bound = before | everywhere


def _place(node: ast.expr) -> tuple[str | None, tuple[str, ...]]:
    """Return the name that *node* begins with, and the attributes from there, whatever is called or looked up."""
    path: list[str] = []
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        if isinstance(node, ast.Attribute):
            path.append(node.attr)
        node = node.func if isinstance(node, ast.Call) else node.value
    return (node.id if isinstance(node, ast.Name) else None), tuple(reversed(path))


def _names(target: ast.expr) -> list[str]:
    return [item.id for item in ast.walk(target) if isinstance(item, ast.Name)]


def _starred(target: ast.Tuple | ast.List) -> bool:
    return any(isinstance(item, ast.Starred) for item in target.elts)
