"""Walk through the log and note which execution depends on which."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from nbops.slicing.facts import (
    Bind,
    Call,
    CellFacts,
    Delete,
    Event,
    Import,
    Module,
    Named,
    Opaque,
    Read,
    Settle,
    Several,
    Store,
    Touch,
)  # fmt: skip
from nbops.slicing.line_of_change import line_of_change
from nbops.slicing.objects import CONSTANT, CONTAINER, FRAME, ITERATOR, MODULE, Binding, Objects, Thing
from nbops.slicing.outside import Outside
from nbops.slicing.read_facts import read_facts

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution
    from nbops.slicing.effects import Effects

_SHELL = "get_ipython display exit quit In Out __name__ __file__ __doc__ _ih _dh _oh"
_KNOWN = {*dir(builtins), *_SHELL.split()}
_FITS = {".fit", ".partial_fit", ".fit_transform", ".fit_predict", ".fit_resample"}
_FIXED = {CONSTANT, FRAME, MODULE}


class Edge(NamedTuple):
    """Why one execution needs another: *needed* did *verb* to *subject*; the reader *how* (reads, …) it in *line*.

    *through* is the function by whose body the reader does so, *made* the line of *needed* where the deed stands.
    """

    needed: int
    subject: str
    verb: str
    how: str
    line: int
    made: int = 0
    through: str = ""


class Tracer:
    """Follows names, objects and the outside through executions, and collects the edges between them.

    Attributes:
        edges: For each position, what it needs.
        missing: For each position, names that it reads and nothing has bound.
        opaque: For each position, what hides what happens there.
        read: Every name that any execution reads.
        called: For each position, what it calls: full paths, methods with a leading dot, magics.
    """

    def __init__(self, executions: Sequence[Execution], effects: Effects) -> None:
        self._executions = executions
        self._effects = effects
        self.edges: list[dict[tuple[int, str], Edge]] = []
        self.missing: list[set[str]] = []
        self.opaque: dict[int, str] = {}
        self.read: set[str] = set()
        self.called: list[set[str]] = []
        self._objects = Objects(effects)
        self._outside = Outside(effects, self._link)
        self._wild = -1
        self._counts: dict[int, int] = {}
        self._at = 0
        self._line = 0
        self._through = ""
        self._seen: set[int] = set()

    def walk(self, last: int) -> None:
        """Go through the executions up to the one at position *last*."""
        for position in range(last + 1):
            self._execution(position, self._executions[position])

    def want(self, names: Sequence[str]) -> int:
        """Add a reader of *names* after everything walked so far and return its position."""
        self._begin(len(self.edges))
        for name in names:
            self._read(name, inner=False, how="wants")
        return self._at

    def outside(self, position: int) -> tuple[tuple[str, str], ...]:
        """Return what the execution at *position* does outside the namespace, in order: (resource, action)."""
        return tuple((resource, action) for at, resource, action in self._outside.log if at == position)

    def _begin(self, position: int) -> None:
        self.edges.append({})
        self.missing.append(set())
        self.called.append(set())
        self._at = position
        self._line = 0
        self._seen = set()

    def _execution(self, position: int, execution: Execution) -> None:
        self._begin(position)
        self._outside.begin(position)
        self._now = execution
        self._trusted = execution.observed
        self._partial = execution.observed and not execution.success
        self._bound: set[str] = set()
        self._evidence: set[str] = set()
        facts = read_facts(execution.code)
        self._facts = facts
        before = {name: list(self._objects.names.get(name, ())) for name in (*execution.changed, *execution.assumed)}
        for name in execution.changed:
            self._line = line_of_change(facts, name)
            self._changed_in_place(before[name])
        for event in facts.events:
            self._event(event, later=False)
        for name in execution.assumed:
            if name in self._evidence or name not in facts.names:
                self._line = line_of_change(facts, name)
                for binding in before[name]:
                    self._change_thing(binding.thing, "may change")
        self._observe(execution, facts)
        self._outside.end()
        if execution.count is not None:
            self._counts[execution.count] = position

    def _observe(self, execution: Execution, facts: CellFacts) -> None:
        """Apply what was seen at run time and the text did not tell."""
        mentioned = Several(tuple(Named(name) for name in sorted(facts.names)))
        star = next((event.module[:-2] for event in facts.events if isinstance(event, Import) and event.star), "")
        for name in execution.defined:
            if name not in self._bound:
                value = Module(f"{star}.{name}") if star else mentioned
                self._objects.bind(name, self._at, value, "defines", sure=True, line=line_of_change(facts, name))
        for name in execution.deleted:
            if name not in self._bound:
                self._objects.names[name] = [Binding(None, self._at, "deletes")]
        self._observe_outside(execution)

    def _observe_outside(self, execution: Execution) -> None:
        if read_facts(execution.code).only_imports:
            return  # what importing does is done by importing
        for generator in execution.drew:
            if not self._outside.was_touched(f"random.{generator}"):
                self._outside.touch(f"random.{generator}", "changes", 0)
        for setting in execution.settings:
            display_only = setting == "pandas.options" and self._outside.was_touched("pandas display")
            if not self._outside.was_touched(setting) and not display_only:
                self._outside.touch(setting, "changes", 0)
        for item in execution.opened:
            if item.get("mode") == "w":
                self._outside.writes_file(str(item.get("path", "")), 0, execution.code)
            else:
                self._outside.reads_file(str(item.get("path", "")), 0)

    def _event(self, event: Event, *, later: bool) -> None:  # noqa: C901 # one line for each kind of event
        """Apply one event; *later*: it stands in the body of a function that this execution mentions."""
        if not later:
            self._line = getattr(event, "line", self._line)
        if isinstance(event, Read):
            self._read(event.name, inner=event.inner and not later)
        elif isinstance(event, Bind):
            self._bind(event, later=later)
        elif isinstance(event, Call):
            self._call(event, later=later)
        elif isinstance(event, Store):
            self._store(event)
        elif isinstance(event, Settle):
            bindings = self._objects.names.get(event.name, [])
            here = [binding for binding in bindings if binding.at == self._at]
            self._objects.names[event.name] = here or bindings
        elif isinstance(event, Delete):
            self._delete(event)
        elif isinstance(event, Import):
            self._outside.reads_file(f"{event.module.partition('.')[0]}.py", self._line)
            if event.star and not self._trusted:
                self._wild = self._at
        elif isinstance(event, Touch):
            self._touch(event)
        elif isinstance(event, Opaque):
            self._hidden(event)

    def _read(self, name: str, *, inner: bool, how: str = "reads") -> None:
        self.read.add(name)
        bindings = self._objects.names.get(name)
        if not bindings:
            self._unknown(name)
            return
        if self._wild > bindings[-1].at and not inner:
            self._link(self._wild, f"`{name}`", "may define", how)
        for binding in reversed(bindings):
            if inner and binding.at != self._at:
                break
            self._link(binding.at, f"`{name}`", binding.verb, how, made=binding.line)
            if binding.thing is not None and self._reach(binding.thing, name, how):
                self._change_thing(binding.thing, "moves on")

    def _reach(self, thing: Thing, name: str, how: str) -> bool:
        """Link to whoever changed *thing* or what it holds; say whether using it changes it."""
        moves = False
        waiting = [thing]
        while waiting:
            found = waiting.pop()
            moves |= found.kind == ITERATOR or bool(found.facts and found.facts.remembers)
            if id(found) in self._seen:
                continue
            self._seen.add(id(found))
            if found is thing or found.last > thing.made:
                self._link(found.last, f"`{found.name or name}`", found.verb, how, made=found.line)
            waiting.extend(found.holds)
            if found.facts is not None:
                outer, self._through = self._through, self._through or found.name or name
                for event in found.facts.events:
                    self._event(event, later=True)
                self._through = outer
        return moves and thing.made != self._at

    def _unknown(self, name: str) -> None:
        if name == "_" or (name[1:].isdigit() and name[0] == "_"):
            at = self._at - 1 if name == "_" else self._counts.get(int(name[1:]), -1)
            self._link(at, f"`{name}`", "shows", "reads")
        elif self._wild >= 0 and name not in _KNOWN:
            self._link(self._wild, f"`{name}`", "may define", "reads")
        elif name not in _KNOWN:
            self.missing[-1].add(name)

    def _bind(self, event: Bind, *, later: bool) -> None:
        name = event.name
        if self._partial and name not in self._now.defined and not event.grows:
            return
        if event.grows and isinstance(event.value, Named) and event.value.name == name:
            if all(thing.kind == CONSTANT for thing in self._objects.things(name)):
                value = event.value if later else Several(())
                self._objects.bind(name, self._at, value, "updates", sure=event.sure, line=self._line)
            else:
                self._change(name, "updates")
        elif event.grows:
            held = tuple(self._objects.shape(event.value).holds)
            for thing in self._objects.things(name):
                thing.holds = tuple(dict.fromkeys((*thing.holds, *(item for item in held if item is not thing))))
        else:
            sure = (event.sure and not later) or (self._partial and name in self._now.defined)
            verb = "imports" if isinstance(event.value, Module) else "defines" if sure else "may define"
            self._objects.bind(name, self._at, event.value, verb, sure=sure, line=self._line)
            self._bound.add(name)

    def _delete(self, event: Delete) -> None:
        if self._partial and event.name not in self._now.deleted:
            return
        gone = Binding(None, self._at, "deletes", self._line)
        self._objects.names[event.name] = [gone] if event.sure else [*self._objects.names.get(event.name, ()), gone]
        self._bound.add(event.name)

    def _store(self, event: Store) -> None:
        path = self._objects.qualified(event.root, event.path)
        if path and event.root in self._objects.names:
            resources = self._effects.stores.match(path)
            for resource in resources:
                self._outside.touch(resource, "changes", self._line)
            if not resources:
                self._outside.patched(path.partition(".")[0], self._line)
            return
        self._evidence.add(event.root)
        if not self._partial:
            self._change(event.root, "changes", deep=len(event.path) > 1)

    def _call(self, event: Call, *, later: bool) -> None:
        name = self._objects.qualified(event.root, event.path)
        method = f".{event.path[-1]}" if event.path and not name else ""
        key = name or method or event.root or ""
        if not key:
            return
        if method in _FITS:
            self._fitted_on(event)
        self.called[-1].add(key)
        for resource, action in self._effects.calls.match_call(key, event.texts):
            self._call_outside(resource, action, later=later)
        for action, _ in self._effects.files.match(key):
            self._call_file(action, key, event)
        if name in {"matplotlib.use", "matplotlib.pyplot.switch_backend"} or (
            name == "%matplotlib" and event.texts and event.texts[0] != "inline"
        ):
            self._outside.inline = False
        if self._partial:
            return
        owner = event.root if method else None
        if owner and self._effects.says("changers", method):
            self._change(owner, "changes", deep=True)
        if event.passed and self._effects.says("argument_changers", key):
            self._change(event.passed[0], "changes")
        if not self._effects.says("readers", key) and not key.startswith("%"):
            self._may_change([*([owner] if owner else []), *event.passed])

    def _fitted_on(self, event: Call) -> None:
        model = f"`{event.root}`" if event.root else "a model"
        passed = {f"`{name}`" for name in event.passed}
        for key, edge in self.edges[-1].items():
            if edge.subject in passed and edge.how == "reads" and edge.line == self._line:
                self.edges[-1][key] = edge._replace(how=f"fits {model} on")

    def _call_outside(self, resource: str, action: str, *, later: bool) -> None:
        generator = resource.partition(".")[2] if self._effects.resource(resource).readers == "drawn" else ""
        if generator and self._trusted:
            drew = generator in self._now.drew
            if (action == "sets" and later and not drew) or (action == "changes" and not drew):
                return
        self._outside.touch(resource, action, self._line)

    def _call_file(self, action: str, key: str, event: Call) -> None:
        path = event.texts[0] if event.texts else ""
        if key == "open" and len(event.texts) > 1 and set(event.texts[1]) & set("wax+"):
            action = "writes"
        seen = {str(item.get("mode")) for item in self._now.opened}
        wanted = "w" if action == "writes" else "r"
        if not path and self._trusted and wanted in seen:
            return  # the files that were opened are known better than the text tells
        if action == "writes":
            if path or not (self._trusted and key.startswith(".")):
                self._outside.writes_file(path, self._line, self._now.code)
        else:
            self._outside.reads_file(path if action == "reads" else "", self._line)

    def _may_change(self, names: Sequence[str]) -> None:
        self._evidence.update(names)
        if not self._trusted:
            for name in names:
                self._change(name, "may change", deep=True)

    def _change(self, name: str, verb: str, *, deep: bool = False) -> None:
        self._evidence.add(name)
        for thing in list(self._objects.things(name)):
            self._change_thing(thing, verb)
            if deep or thing.kind != CONTAINER:
                self._change_held(thing)

    def _changed_in_place(self, bindings: Sequence[Binding]) -> None:
        """Apply a change that was seen; what the object holds may have changed where nobody looked at it."""
        for binding in bindings:
            self._change_thing(binding.thing, "changes")
            if binding.thing is not None:
                self._change_held(binding.thing)

    def _change_held(self, thing: Thing) -> None:
        """Note that what *thing* holds may have changed with it, unless it was compared and found the same."""
        if not thing.holds:
            return
        names = (name for name in self._facts.names if self._trusted and name not in self._now.assumed)
        known = {id(compared) for name in names for compared in self._objects.things(name)}
        waiting, seen = list(thing.holds), {id(thing)}
        while waiting:
            held = waiting.pop()
            if id(held) in seen:
                continue
            seen.add(id(held))
            if id(held) not in known and held.kind not in _FIXED and held.facts is None:
                self._change_thing(held, "may change")
            waiting.extend(held.holds)

    def _change_thing(self, thing: Thing | None, verb: str) -> None:
        if thing is None:
            return
        if thing.last != self._at:
            self._link(thing.last, f"`{thing.name}`", thing.verb, "changes", made=thing.line)
            thing.last, thing.verb, thing.line = self._at, verb, self._line

    def _touch(self, event: Touch) -> None:
        if event.action == "mentions":
            if event.resource in self._objects.names:
                self._read(event.resource, inner=False)
        elif event.action == "resets":
            self._objects.names.clear()
        else:
            self._outside.touch(event.resource, event.action, self._line)

    def _hidden(self, event: Opaque) -> None:
        self.opaque[self._at] = event.why
        for name, bindings in list(self._objects.names.items()):
            for binding in bindings:
                self._link(binding.at, f"`{name}`", binding.verb, "may read", made=binding.line)
                if (thing := binding.thing) is not None:
                    self._link(thing.last, f"`{name}`", thing.verb, "may read", made=thing.line)
        if event.binds and not self._trusted:
            self._wild = self._at

    def _link(self, needed: int, subject: str, verb: str, how: str, line: int = -1, made: int = 0) -> None:
        """Note an edge; the line is the one being read unless told."""
        if 0 <= needed < self._at:
            edges = self.edges[-1]
            key = (needed, subject)
            line = self._line if line < 0 else line
            if key not in edges or (not edges[key].line and line) or (edges[key].through and not self._through):
                edges[key] = Edge(needed, subject, verb, how, line, made, self._through)
