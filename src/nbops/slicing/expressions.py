"""Expressions → events."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from nbops.slicing.facts import PARAMETER, Bind, Call, Called, Event, FunctionFacts, Opaque, Part, Read, Touch, Value
from nbops.slicing.locals_of import parameters_of
from nbops.slicing.magics import read_magic
from nbops.slicing.values import FRESH, chain, joined, names_in, value_of

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_NAMESPACES = {"globals", "locals", "vars"}


class ExpressionReader(ABC):
    """Collects the events of expressions, in the order in which Python evaluates them.

    Attributes:
        events: So far.
        names: Every name mentioned.
        hidden: Names local to the function or comprehension that is being read, with what they may stand for.
        bound: Names that the cell has certainly bound so far.
        branches: How many branches enclose what is being read.
    """

    def __init__(self, hidden: Mapping[str, Value] = MappingProxyType({})) -> None:
        self.events: list[Event] = []
        self.names: set[str] = set()
        self.hidden = dict(hidden)
        self.bound: set[str] = set()
        self.branches = 0
        self._values: dict[ast.expr, Value] = {}  # where nothing is local, an expression is always the same

    def read(self, name: str, line: int) -> None:
        """Note that *name* is loaded."""
        self.names.add(name)
        if name not in self.hidden:
            self.events.append(Read(name, line, name in self.bound))

    def bind(self, name: str, line: int, value: Value, *, grows: bool = False) -> None:
        """Note that *name* is bound to *value*."""
        self.names.add(name)
        if name in self.hidden:
            self.hidden[name] = joined(self.hidden[name], value)
        else:
            self.events.append(Bind(name, line, value, self.branches == 0, grows))
            self.bound.add(name)

    def value(self, node: ast.expr | None) -> Value:
        """Summarise what *node* evaluates to."""
        return value_of(node, self.hidden, self.function, None if self.hidden else self._values)

    @abstractmethod
    def function(self, node: ast.expr) -> FunctionFacts:
        """Read a lambda or generator expression as something that runs later."""

    def expressions(self, nodes: Iterable[ast.expr | None]) -> None:
        """Read several, in order."""
        for node in nodes:
            self.expression(node)

    def expression(self, node: ast.AST | None) -> None:  # noqa: C901, PLR0912 # one line for each kind of node
        """Read one."""
        kind = node.__class__
        if kind is ast.Name:
            self.read(node.id, node.lineno)  # type: ignore[union-attr]
        elif node is None or kind is ast.Constant or not isinstance(node, ast.AST):
            return
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Attribute):
            self.expression(node.value)
        elif isinstance(node, ast.Subscript):
            self._subscript(node)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node)
        elif isinstance(node, ast.Lambda):
            self._lambda(node)
        elif isinstance(node, ast.NamedExpr):
            self.expression(node.value)
            self.branches += 1
            self.bind(node.target.id, node.lineno, self.value(node.value))
            self.branches -= 1
        elif isinstance(node, ast.Compare):
            self._compare(node)
        elif isinstance(node, ast.Await):
            self.expression(node.value)
            self.used(node.value, "__await__")
        else:
            for field in node._fields:
                child = getattr(node, field, None)
                if child.__class__ is list:
                    for item in child:
                        self.expression(item)
                elif isinstance(child, ast.AST) and child._fields:  # operators and contexts have none
                    self.expression(child)

    def _compare(self, node: ast.Compare) -> None:
        last = node.comparators[-1]
        if is_namespace(last) and isinstance(node.left, ast.Constant) and isinstance(node.left.value, str):
            self.read(node.left.value, node.lineno)  # 'x' in globals()
            return
        self.expressions([node.left, *node.comparators])

    def _subscript(self, node: ast.Subscript) -> None:
        if is_namespace(node.value) and isinstance(node.slice, ast.Constant):
            self.read(f"{node.slice.value!s}", node.lineno)  # globals()['x']
            return
        shown = isinstance(node.value, ast.Name) and node.value.id in {"Out", "_oh"}
        if shown and isinstance(node.slice, ast.Constant):
            self.read(f"_{node.slice.value!r}", node.lineno)
            return
        self.expression(node.value)
        self.expression(node.slice)
        if isinstance(node.slice, ast.Constant) and node.slice.value == "__main__":  # sys.modules['__main__']
            self.events.append(Opaque(node.lineno, "__main__", binds=True))

    def used(self, node: ast.expr, method: str) -> None:
        """Note that Python calls *method* of the object of *node*."""
        self.events.append(Call(None, (method,), node.lineno, receiver=self.value(node)))

    def _lambda(self, node: ast.Lambda) -> None:
        arguments = node.args
        self.expressions([*arguments.defaults, *arguments.kw_defaults])
        hidden, self.hidden = self.hidden, self.hidden | parameters_of(arguments)
        self.expression(node.body)
        self.hidden = hidden

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        self.expression(node.generators[0].iter)
        hidden = self.hidden
        for place, part in enumerate(node.generators):
            if place:
                self.expression(part.iter)
            value = Part(self.value(part.iter))
            targets = {name.id: value for name in ast.walk(part.target) if isinstance(name, ast.Name)}
            self.hidden = self.hidden | targets
            self.expressions(part.ifs)
        self.expressions([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.hidden = hidden

    def _call(self, node: ast.Call) -> None:
        function = node.func
        on_call = isinstance(function, ast.Attribute) and isinstance(function.value, ast.Call)  # as all magics are
        magic = read_magic(node) if on_call else None
        if magic is not None:
            self._magic(magic.words, magic.code, node.lineno)
            return
        root, path, start = chain(function)
        if on_call and is_shell_call(function):
            self._shell_call(node, path[-1])
            return
        if start is not None:
            self.expression(start)
        elif root is not None and (path or root not in _NAMESPACES | {"exec", "eval"}):
            self.read(root, node.lineno)
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        self.expressions(given)
        if root in {"exec", "eval"} and not path:
            self._execute(root, node)
        elif root in _NAMESPACES and not path and not given:
            self.events.append(Opaque(node.lineno, f"{root}()", binds=True))
        texts = tuple(item.value for item in given if isinstance(item, ast.Constant) and isinstance(item.value, str))
        if path and path[-1] in {"query", "eval"}:
            self._names_in_query(texts, node.lineno)
        self._called(node, texts)
        for keyword in node.keywords:
            if root == "print" and keyword.arg == "file":
                self.used(keyword.value, "write")

    def _called(self, node: ast.Call, texts: tuple[str, ...]) -> None:
        called = self.value(node)
        if not isinstance(called, Called):
            return
        root, path, receiver, arguments = called
        passed: tuple[str, ...] = ()
        if arguments:
            given = dict.fromkeys(name for value in arguments for name in names_in(value) if name[0] != PARAMETER)
            passed = tuple(given)
        plain = root is not None or not path  # in `a.b.c()` stands no string
        own = () if plain else tuple(text for text in map(_text, ast.walk(node.func)) if text)
        places = (
            tuple(map(_literal, node.args)) if texts or any(item.__class__ is ast.Call for item in node.args) else ()
        )
        self.events.append(Call(root, path, node.lineno, passed, texts, own, places, receiver, arguments))

    def _shell_call(self, node: ast.Call, method: str) -> None:
        """Read what is called on `get_ipython()` and is no magic."""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        self.expressions(given)
        first = node.args[0] if node.args else None
        if method in {"run_cell", "ex", "ev"} and _text(first):
            self.text(_text(first), node.lineno)
        elif method == "push" and isinstance(first, ast.Dict) and all(map(_text, first.keys)):
            for key, value in zip(first.keys, first.values, strict=True):
                self.bind(_text(key), node.lineno, self.value(value))
        elif method.startswith("register_magic"):
            self.events.append(Touch("extensions", "changes", node.lineno))
        elif method not in {"showtraceback", "show_usage", "find_line_magic", "find_cell_magic", "magics_manager"}:
            self.events.append(Opaque(node.lineno, f"get_ipython().{method}()", binds=True))

    def _execute(self, word: str, node: ast.Call) -> None:
        code = node.args[0] if node.args else None
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and len(node.args) == 1:
            self.text(code.value, node.lineno)
        else:
            self.events.append(Opaque(node.lineno, f"{word}()", binds=word == "exec"))

    @abstractmethod
    def text(self, code: str, line: int) -> None:
        """Read *code*, Python in a string, as if it stood in the cell."""

    def _names_in_query(self, texts: tuple[str, ...], line: int) -> None:
        for text in texts:
            for piece in text.split("@")[1:]:
                name = piece.replace(".", " ").replace("[", " ").replace(")", " ").split()
                if name and name[0].isidentifier():
                    self.read(name[0], line)

    def _magic(self, words: tuple[str, ...], code: str | None, line: int) -> None:
        self.events.append(Call(None, words[:1], line, (), words[1:]))
        if code is not None:
            self.text(code, line)
        elif words[0] in {"%run", "%macro"}:
            self.events.append(Opaque(line, words[0], binds=True))
        elif words[0] == "%reset":
            self.events.append(Touch("*", "resets", line))
        for word in words[1:]:
            self._names_in_words(word, line)

    def _names_in_words(self, text: str, line: int) -> None:
        clean = "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text)
        for word in dict.fromkeys(clean.split()):
            if word.isidentifier():
                self.events.append(Touch(word, "mentions", line))

    def target(self, node: ast.expr, value: Value) -> None:
        """Read the left side of an assignment."""
        if isinstance(node, ast.Name):
            self.bind(node.id, node.lineno, value)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.target(item, value)
        elif isinstance(node, ast.Starred):
            self.target(node.value, value)
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            self.store(node, value)

    @abstractmethod
    def store(self, node: ast.Attribute | ast.Subscript, value: Value = FRESH) -> None:
        """Read an attribute or item that is set, and what it is set on."""


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _literal(node: ast.expr) -> str:
    """Return the string that *node* is, or that `Path("…")` is made of."""
    return _literal(node.args[0]) if isinstance(node, ast.Call) and len(node.args) == 1 else _text(node)


def is_shell_call(node: ast.expr) -> bool:
    """Whether *node* is a method of `get_ipython()`."""
    return isinstance(node, ast.Attribute) and _calls(node.value, {"get_ipython"})


def is_namespace(node: ast.expr) -> bool:
    """Whether *node* is `globals()`, `locals()`, `vars()` or `get_ipython().user_ns`."""
    return _calls(node, _NAMESPACES) or (isinstance(node, ast.Attribute) and node.attr == "user_ns")


def _calls(node: ast.expr, names: set[str]) -> bool:
    """Whether *node* is a call of one of *names* without arguments."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and not node.args
