"""Functions and classes → events, and facts about what happens when they are called."""

from __future__ import annotations

import ast
from abc import abstractmethod
from collections.abc import Sequence

from nbops.slicing.expressions import ExpressionReader
from nbops.slicing.facts import PARAMETER, Bind, Event, FunctionFacts, Made
from nbops.slicing.locals_of import arguments_of, locals_of, nodes_in, parameters_of
from nbops.slicing.values import FRESH, several, value_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_QUIET = {"__init__", "__new__", "__post_init__", "__init_subclass__", "__repr__", "__class_getitem__", "__len__"}


class DefinitionReader(ExpressionReader):
    """Collects the events of definitions; their bodies are read apart, each with names of its own."""

    @abstractmethod
    def block(self, statements: Sequence[ast.stmt]) -> None:
        """Read statements that follow each other."""

    @abstractmethod
    def statement(self, node: ast.stmt) -> None:
        """Read one statement."""

    def _on_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:  # noqa: N802
        arguments = node.args
        outside = [*arguments.defaults, *filter(None, arguments.kw_defaults), *node.decorator_list]
        self.expressions(outside)
        annotated = [item.annotation for item in arguments_of(arguments)]
        self.expressions([*annotated, node.returns])
        facts = self._facts_of(node)
        self.bind(node.name, node.lineno, Made(facts, several(map(self.value, outside))))
        self._local(node.name, facts)
        self._decorated(node)

    def _local(self, name: str, facts: FunctionFacts) -> None:
        """What a function made inside a function does may happen wherever the outer one is used."""
        if name in self.hidden:
            self.events += [item._replace(sure=False) if isinstance(item, Bind) else item for item in facts.events]

    _on_AsyncFunctionDef = _on_FunctionDef  # noqa: N815

    def _on_ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        outside = [*node.bases, *(keyword.value for keyword in node.keywords), *node.decorator_list]
        self.expressions(outside)
        body = type(self)(self.hidden | dict.fromkeys(locals_of(None, node.body), FRESH))
        body.bound = set(self.bound)
        later: list[Event] = []
        remembers, keeps = False, False
        for item in node.body:
            if isinstance(item, _FUNCTIONS):
                self.expressions([*item.args.defaults, *item.args.kw_defaults, *item.decorator_list])
                method = self._facts_of(item)
                later.extend(method.events)
                remembers |= method.remembers or _changes_unasked(item)
                keeps |= method.keeps
            else:
                body.statement(item)
                keeps |= _holds_more(item)
        self.events += body.events
        self.names |= body.names
        facts = FunctionFacts(tuple(later), made=True, remembers=remembers, keeps=keeps)
        self.bind(node.name, node.lineno, Made(facts, several(map(self.value, outside))))
        self._local(node.name, facts)
        self._decorated(node)

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        for decorator in node.decorator_list:  # `@register` is the call `register(name)`
            made = ast.Name(node.name, lineno=node.lineno)
            self.expression(ast.Call(decorator, [made], [], lineno=node.lineno))

    def _facts_of(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> FunctionFacts:
        local = dict.fromkeys(locals_of(node.args, node.body), FRESH) | parameters_of(node.args)
        inside = type(self)(self.hidden | local)
        inside.block(node.body)
        self.names |= inside.names
        nodes = list(nodes_in([node]))[1:]
        kinds = set(map(type, nodes))
        nested = bool(kinds & {ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef, ast.GeneratorExp})
        yields = bool(kinds & {ast.Yield, ast.YieldFrom}) or isinstance(node, ast.AsyncFunctionDef)
        defaults = [*node.args.defaults, *node.args.kw_defaults]
        keeps = any(isinstance(item, (ast.List, ast.Dict, ast.Set, ast.Call)) for item in defaults)
        given = [item.value for item in nodes if isinstance(item, ast.Return)]
        returns = tuple(value_of(item, inside.hidden, self.function) for item in given)
        return FunctionFacts(
            tuple(inside.events),
            made=nested or yields,
            remembers=keeps or ast.Nonlocal in kinds,
            keeps=keeps or ast.Nonlocal in kinds,
            wrapped=bool(node.decorator_list),
            yields=yields,
            returns=returns,
            own=frozenset(PARAMETER + item.arg for item in arguments_of(node.args)),
        )


def _changes_unasked(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether *method* runs where nothing is seen to be called (a property, an operator) and stores something."""
    special = method.name.startswith("__") and method.name.endswith("__") and method.name not in _QUIET
    stores = (ast.Attribute, ast.Subscript)
    return (
        (special or bool(method.decorator_list))
        and any(
            (isinstance(item, stores) and isinstance(item.ctx, (ast.Store, ast.Del)))
            or (isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute))
            for item in ast.walk(method)
        )
    ) or any(item.id.startswith("cached") for item in method.decorator_list if isinstance(item, ast.Name))


def _holds_more(item: ast.stmt) -> bool:
    """Whether a statement of a class's body gives the class something that may change."""
    value = getattr(item, "value", None)
    annotated = isinstance(item, ast.AnnAssign) and isinstance(value, ast.Call)  # field(default_factory=…)
    return (
        isinstance(item, (ast.Assign, ast.AnnAssign))
        and not annotated
        and not isinstance(value, (ast.Constant, ast.Lambda, ast.Name, type(None)))
    )
