"""Objects as far as the log tells them: who made and last changed each, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbops.slicing.facts import Called, Fresh, FunctionFacts, Made, Module, Named, Part, Several, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nbops.slicing.effects import Effects

# What is known about an object: it never changes; its parts never change with it; using it moves it on; a module; a new
# container; it keeps state that nobody sees; changing it changes what it looks at; its parts share
# nothing; what it holds may vanish from it.
CONSTANT, FRAME, ITERATOR, MODULE = "constant", "frame", "iterator", "module"
_WITHOUT_STATE = {CONSTANT, MODULE}
CONTAINER, STATEFUL, VIEW, SEPARATE, WEAK, SHELL = "container", "stateful", "view", "separate", "weak", "shell"


@dataclass(slots=True, eq=False)
class Thing:
    """One object.

    Attributes:
        name: It was first bound to.
        made: Position of the execution that made it.
        last: Position of the execution that last changed it.
        verb: What that execution did to it.
        line: Of that execution's code, where it did so; 0 where nobody knows.
        kind: What is known about its type; empty where nothing is.
        holds: Objects that it may share state with.
        facts: What happens when it is called.
        path: Of a module or something imported from one.
        file: Path of the file that it writes to; None where it is no open file.
    """

    name: str
    made: int
    last: int
    verb: str = "defines"
    kind: str = ""
    holds: tuple[Thing, ...] = ()
    facts: FunctionFacts | None = None
    path: str = ""
    line: int = 0
    file: str | None = None


@dataclass(slots=True)
class Binding:
    """That a name stands for an object.

    Attributes:
        thing: None after `del`.
        at: Position of the execution that bound it.
        verb: How.
        line: Where in that execution's code.
    """

    thing: Thing | None
    at: int
    verb: str
    line: int = 0


@dataclass(slots=True)
class Shape:
    """What the object of an expression is like. *same*: it is exactly these objects."""

    kind: str = ""
    holds: list[Thing] = field(default_factory=list)
    same: list[Thing] | None = None
    facts: FunctionFacts | None = None
    path: str = ""


class Objects:
    """The namespace while the log is walked through."""

    def __init__(self, effects: Effects) -> None:
        self.names: dict[str, list[Binding]] = {}
        self.weak: list[Thing] = []
        self._known: dict[str, tuple[list[Binding], tuple[Thing, ...]]] = {}
        self._inside: set[int] = set()
        self._effects = effects

    def things(self, name: str) -> tuple[Thing, ...]:
        """Return the objects that *name* may stand for."""
        bindings = self.names.get(name)
        if not bindings:
            return ()
        if len(bindings) == 1:
            thing = bindings[0].thing
            return () if thing is None else (thing,)
        known = self._known.get(name)
        if known is None or known[0] is not bindings:  # lists of bindings are replaced, never changed
            found = dict.fromkeys(binding.thing for binding in bindings if binding.thing is not None)
            known = self._known[name] = (bindings, tuple(found))
        return known[1]

    def bind(self, name: str, at: int, value: Value, verb: str, *, sure: bool, line: int = 0) -> None:
        """Let *name* stand for *value* from *line* of the execution at position *at* on."""
        shape = self.shape(value)
        if shape.same:
            new = [Binding(thing, at, verb, line) for thing in shape.same]
        else:
            holds = tuple(dict.fromkeys(shape.holds))
            kind = "" if shape.kind == SEPARATE and name.isidentifier() else shape.kind
            made = Thing(name, at, at, verb, kind, holds, shape.facts, shape.path, line)
            if not sure:  # a loop that runs again binds its variable to what is no different
                things = self.things(name)
                like = (one for one in things if (one.kind, one.holds, one.path) == (kind, holds, made.path))
                made = next((one for one in like if one.facts is made.facts is None and one.last == one.made), made)
                made.made, made.last, made.verb, made.line = at, at, verb, line
                if made in things:
                    bindings = [*self.names[name], Binding(made, at, verb, line)]
                    self.names[name], self._known[name] = bindings, (bindings, things)
                    return
            new = [Binding(made, at, verb, line)]
            if shape.kind == WEAK:
                self.weak.append(made)
        self.names[name] = new if sure else [*self.names.get(name, ()), *new]

    def qualified(self, root: str | None, path: tuple[str, ...]) -> str:
        """Return the full path of `root.path` where *root* is a module, a builtin or imported; else an empty string."""
        if root is None:
            return path[0] if path and path[0].startswith("%") else ""
        bindings = self.names.get(root)
        if not bindings:
            return ".".join((root, *path))
        thing = bindings[-1].thing
        return ".".join((thing.path, *path)) if thing is not None and thing.path else ""

    def things_of(self, value: Value) -> list[Thing]:
        """Return the objects that *value* is, or may share state with."""
        return self._held(value)

    def imported(self) -> Iterator[Thing]:
        """Yield the modules and what was imported from them."""
        for name in self.names:
            yield from (thing for thing in self.things(name) if thing.path)

    def reach(self, things: Iterable[Thing]) -> Iterator[Thing]:
        """Yield *things* and everything that they hold, each once."""
        waiting, seen = list(things), set[int]()
        while waiting:
            found = waiting.pop()
            if id(found) not in seen:
                seen.add(id(found))
                yield found
                waiting.extend(found.holds)

    def shape(self, value: Value) -> Shape:  # noqa: PLR0911 # one way out for each kind of value
        """Work out what the object of *value* is like."""
        if isinstance(value, Fresh):
            return Shape(CONSTANT if value.constant else "")
        if isinstance(value, Named):
            same = list(self.things(value.name))
            return Shape(same[0].kind if len(same) == 1 else _common(same), same, same)
        if isinstance(value, Part):
            whole = self.shape(value.of)
            if whole.kind in {FRAME, CONSTANT, SEPARATE}:
                return Shape("" if whole.kind == SEPARATE else whole.kind)
            return Shape(whole.kind if whole.kind == STATEFUL else "", whole.holds)
        if isinstance(value, Several):
            return Shape(CONTAINER if value.contains else "", self._all(value.of))
        if isinstance(value, Made):
            return Shape(ITERATOR if value.lazy else "", self._all([value.holds]), facts=value.function)
        if isinstance(value, Module):
            return Shape(MODULE, path=value.path)
        return self._called(value)

    def _called(self, value: Called) -> Shape:
        given = self._all(value.arguments)
        name = self.qualified(value.root, value.path)
        if name:
            return self._from_library(name, given)
        if value.path:
            return self._from_method(value, given)
        makers = list(self.things(value.root)) if value.root else []
        if value.receiver is not None:
            makers += self.things_of(value.receiver)
        facts = [maker.facts for maker in makers if maker.facts is not None]
        lasting = len(facts) < len(makers) or not makers
        lasting |= any(item.made or item.remembers or item.yields or item.wrapped for item in facts)
        handed = [] if lasting else [thing for item in facts for thing in self._handed_out(item, given)]
        if not lasting and not handed:
            return Shape()
        kind = ITERATOR if any(item.yields for item in facts) else ""
        return Shape(kind, [*given, *makers] if lasting else handed)

    def _handed_out(self, facts: FunctionFacts, given: list[Thing]) -> list[Thing]:
        """Return what the object that the function returns may share state with; of recursion, only the outermost."""
        if id(facts) in self._inside:
            return []
        self._inside.add(id(facts))
        found = self._returned(facts, given)
        self._inside.discard(id(facts))
        return found

    def _returned(self, facts: FunctionFacts, given: list[Thing]) -> list[Thing]:
        outer = {name: self.names.get(name) for name in facts.own}
        passed = Thing("", -1, -1)  # stands for whatever is passed, which may be much
        self.names.update((name, [Binding(passed, -1, "")]) for name in facts.own)
        found = [thing for value in facts.returns for thing in self._all([value])]
        for name, bindings in outer.items():
            if bindings is None:
                del self.names[name]
            else:
                self.names[name] = bindings
        known = dict.fromkeys(found)
        if passed in known:
            del known[passed]
            known.update(dict.fromkeys(given))
        return list(known)

    def _from_library(self, name: str, given: list[Thing]) -> Shape:  # noqa: PLR0911 # one way out for each list
        effects = self._effects
        if name == "get_ipython":
            return Shape(SHELL)
        if effects.says("iterators", name):
            return Shape(ITERATOR, given)
        if effects.says("weak", name):
            return Shape(WEAK, given)
        if effects.says("stateful", name):
            return Shape(STATEFUL, given)
        if effects.says("views", name):
            return Shape(VIEW, given)
        if effects.says("frames", name):
            return Shape(FRAME, [thing for thing in given if thing.kind != FRAME])
        constructs = name.rpartition(".")[2][:1].isupper()
        return Shape(SEPARATE) if effects.says("fresh", name) and not constructs else Shape("", given)

    def _from_method(self, value: Called, given: list[Thing]) -> Shape:  # one way out a kind of receiver
        method = f".{value.path[-1]}"
        receiver = self.shape(value.receiver) if value.receiver is not None else Shape()
        if self._effects.says("views", method):
            return Shape(VIEW, receiver.holds)
        if receiver.kind == FRAME:
            return Shape(FRAME)
        if receiver.kind == STATEFUL:
            return Shape(STATEFUL, [*receiver.holds, *given])
        if self._effects.says("fresh", method):
            return Shape(SEPARATE)
        if method in {".fit", ".partial_fit"}:
            return Shape("", receiver.holds)
        return Shape("", [*receiver.holds, *given])

    def _all(self, values: Iterable[Value]) -> list[Thing]:
        return [thing for value in values for thing in self._held(value)] if values else []

    def _held(self, value: Value) -> list[Thing]:
        if value.__class__ is Named:
            things = self.things(value.name)
            return [thing for thing in things if thing.kind not in _WITHOUT_STATE] if things else []
        shape = self.shape(value)
        if isinstance(value, (Made, Called)) and (shape.facts is not None or shape.kind in {ITERATOR, STATEFUL}):
            return [Thing("", -1, -1, "", shape.kind, tuple(shape.holds), shape.facts)]
        return [thing for thing in shape.holds if thing.kind not in _WITHOUT_STATE]


def _common(things: list[Thing]) -> str:
    kinds = {thing.kind for thing in things}
    return kinds.pop() if len(kinds) == 1 else ""
