"""Walk through the log and note which execution depends on which."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbops.slicing.alterations import Alterations
from nbops.slicing.calls import Calls
from nbops.slicing.facts import (
    Bind,
    Call,
    Called,
    CellFacts,
    Delete,
    Event,
    Fresh,
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
from nbops.slicing.links import Links
from nbops.slicing.objects import CONSTANT, ITERATOR, Binding, Objects, Thing
from nbops.slicing.outside import Outside, appends
from nbops.slicing.read_facts import captured_name, read_facts

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution
    from nbops.slicing.effects import Effects

_SHELL = "get_ipython display exit quit __name__ __file__ __doc__ _dh"
_KNOWN = {*dir(builtins), *_SHELL.split()}
_BY_NUMBER = {"In", "Out", "_ih", "_oh", "_i", "_ii", "_iii", "__", "___"}


class Tracer:
    """Follows names, objects and the outside through executions, and collects the edges between them.

    Attributes:
        links: The edges, and names that nothing has bound.
        opaque: For each position, what hides what happens there.
        read: Every name that any execution reads.
    """

    def __init__(self, executions: Sequence[Execution], effects: Effects) -> None:
        self._executions = executions
        self.links = Links()
        self.opaque: dict[int, str] = {}
        self.read: set[str] = set()
        self._link = self.links.link
        self._objects = Objects(effects)
        self._outside = Outside(effects, self._link)
        self._alterations = Alterations(self._objects, self.links)
        self._calls = Calls(effects, self._objects, self._outside, self._alterations, self.links, self._hidden_call)
        self._wild = -1
        self._seen: set[int] = set()

    def walk(self, last: int) -> None:
        """Go through the executions up to the one at position *last*."""
        for position in range(last + 1):
            self._execution(position, self._executions[position])

    def want(self, names: Sequence[str]) -> int:
        """Add a reader of *names* after everything walked so far and return its position."""
        self._begin(len(self.links.edges))
        for name in names:
            self._read(name, inner=False, how="wants")
        return self.links.at

    def outside(self, position: int) -> tuple[tuple[str, str], ...]:
        """Return what the execution at *position* does outside the namespace, in order: (resource, action)."""
        return tuple((resource, action) for at, resource, action in self._outside.log if at == position)

    def _begin(self, position: int) -> None:
        self.links.begin(position)
        self._seen = set()

    def _execution(self, position: int, execution: Execution) -> None:
        self._begin(position)
        self._outside.begin(position)
        facts = read_facts(execution.code)
        self._now, self._facts = execution, facts
        self._bound: set[str] = set()
        self._calls.begin(execution)
        self._alterations.begin(execution, facts)
        for event in facts.events:
            self._event(event, later=False)
        self._observe(execution, facts)
        self._alterations.end()
        self._outside.end()

    def _observe(self, execution: Execution, facts: CellFacts) -> None:
        """Apply what was seen at run time and the text did not tell."""
        captured = captured_name(execution.source)
        untold = [name for name in execution.defined if name not in self._bound]
        untold += [captured] if captured and captured not in (*self._bound, *untold) else []
        if untold:
            mentioned = Several(tuple(Named(name) for name in sorted(facts.names)))
            star = next((event.module[:-2] for event in facts.events if isinstance(event, Import) and event.star), "")
            for name in untold:
                value = Module(f"{star}.{name}") if star else Fresh() if name == captured else mentioned
                line = line_of_change(facts, name)
                self._objects.bind(name, self.links.at, value, "defines", sure=True, line=line)
        for name in execution.deleted:
            if name not in self._bound:
                self._forget(name)
                self._objects.names[name] = [Binding(None, self.links.at, "deletes")]
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
                self._outside.writes_file(str(item.get("path", "")), 0, added=appends(execution.code))
            else:
                self._outside.reads_file(str(item.get("path", "")), 0)

    def _event(self, event: Event, *, later: bool) -> None:
        """Apply one event; *later*: it stands in the body of a function that this execution mentions."""
        kind = event.__class__  # most are of these three, and there are thousands
        if not later and kind is not Settle:
            self.links.line = event.line  # type: ignore[union-attr] # every other has one
        if kind is Read:
            self._read(event.name, inner=event.inner and not later)  # type: ignore[union-attr]
        elif kind is Bind:
            self._bind(event, later=later)  # type: ignore[arg-type]
        elif kind is Call:
            self._calls.call(event, later=later)  # type: ignore[arg-type]
        else:
            self._rarer(event, later=later)

    def _rarer(self, event: Event, *, later: bool) -> None:
        if isinstance(event, Store):
            self._calls.store(event, later=later)
        elif isinstance(event, Settle):
            bindings = self._objects.names.get(event.name, [])
            here = [binding for binding in bindings if binding.at == self.links.at]
            self._objects.names[event.name] = here or bindings
        elif isinstance(event, Delete):
            self._delete(event)
        elif isinstance(event, Import):
            self._outside.reads_file(f"{event.module.partition('.')[0]}.py", self.links.line)
            if event.star and not self._alterations.trusted:
                self._wild = self.links.at
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
        now = self.links.at
        for binding in reversed(bindings):
            if binding.at != now:
                if inner:
                    break
                self._link(binding.at, f"`{name}`", binding.verb, how, made=binding.line)
            if binding.thing is not None:
                self._reach(binding.thing, name, how)

    def _reach(self, thing: Thing, name: str, how: str) -> None:
        """Link to whoever changed *thing* or what it holds, and apply what using it does."""
        if thing.path == "__main__":
            self._hidden(Opaque(0, "__main__"))
        for found in list(self._objects.reach([thing])) if thing.holds else (thing,):
            if id(found) not in self._seen:
                self._seen.add(id(found))
                self._look_at(found, thing, name, how)
            moves = found.kind == ITERATOR or (found.facts is not None and found.facts.remembers)
            if moves and found.made != self.links.at and not self._alterations.stayed(found):
                self._alterations.mark(found, "moves on")

    def _look_at(self, found: Thing, thing: Thing, name: str, how: str) -> None:
        if (found is thing or found.last > thing.made) and found.last != self.links.at:
            self._link(found.last, f"`{found.name or name}`", found.verb, how, made=found.line)
        if found.facts is not None:
            outer, self.links.through = self.links.through, self.links.through or found.name or name
            for event in found.facts.events:
                self._event(event, later=True)
            self.links.through = outer

    def _unknown(self, name: str) -> None:
        if name == "_":
            self._last_shown()
        elif name in _BY_NUMBER or (name[0] == "_" and name.strip("_i").isdigit()):
            self._hidden(Opaque(0, f"`{name}`"))
        elif self._wild >= 0 and name not in _KNOWN:
            self._link(self._wild, f"`{name}`", "may define", "reads")
        elif name not in _KNOWN:
            self.links.missing[-1].add(name)

    def _last_shown(self) -> None:
        """Link to whatever `_` may stand for: the last expression that was shown, calls that may have shown nothing."""
        for at in range(self.links.at - 1, -1, -1):
            shows = read_facts(self._executions[at].code).shows if self._executions[at].success else ""
            if shows:
                self._link(at, "`_`", "shows", "reads")
            if shows == "always":
                break

    def _bind(self, event: Bind, *, later: bool) -> None:
        name, line, at = event.name, self.links.line, self.links.at
        seen = name in self._now.defined
        if self._alterations.trusted and (self._alterations.partial or later) and not seen and not event.grows:
            return
        if event.grows and isinstance(event.value, Named) and event.value.name == name:
            self._update(event, later=later)
        elif event.grows:
            held = self._objects.things_of(event.value)
            for thing in self._objects.things(name):
                thing.holds = tuple(dict.fromkeys((*thing.holds, *(item for item in held if item is not thing))))
        else:
            sure = (event.sure and not later) or (self._alterations.partial and seen)
            verb = "imports" if isinstance(event.value, Module) else "defines" if sure else "may define"
            if sure:
                self._forget(name)
            self._objects.bind(name, at, event.value, verb, sure=sure, line=line)
            self._bound.add(name)
            if isinstance(event.value, Called) and self._calls.opened is not None:
                for thing in self._objects.things(name):
                    thing.file = self._calls.opened

    def _update(self, event: Bind, *, later: bool) -> None:
        """Apply `name += …`, which changes an object in place or binds the name to another."""
        name, alterations = event.name, self._alterations
        things = list(self._objects.things(name))
        differs = name in self._now.changed or name in self._now.assumed
        if alterations.trusted and later and not differs and name not in self._now.defined:
            return
        if all(thing.kind == CONSTANT for thing in things) or (alterations.trusted and not differs):
            value = event.value if later else Several(())
            self._objects.bind(name, self.links.at, value, "updates", sure=event.sure, line=self.links.line)
        else:
            alterations.change(things, "updates", later=later)

    def _forget(self, name: str) -> None:
        """An object may end with its name: what looks at it weakly changes."""
        if self._objects.weak:
            gone = {id(thing) for thing in self._objects.things(name)}
            for watcher in self._objects.weak:
                if any(id(thing) in gone for thing in self._objects.reach(watcher.holds)):
                    self._alterations.mark(watcher, "may change")

    def _delete(self, event: Delete) -> None:
        if self._alterations.partial and event.name not in self._now.deleted:
            return
        self._forget(event.name)
        gone = Binding(None, self.links.at, "deletes", self.links.line)
        self._objects.names[event.name] = [gone] if event.sure else [*self._objects.names.get(event.name, ()), gone]
        self._bound.add(event.name)

    def _touch(self, event: Touch) -> None:
        if event.action == "mentions":
            if event.resource in self._objects.names:
                self._read(event.resource, inner=False)
        elif event.action == "resets":
            self._objects.names.clear()
        else:
            self._outside.touch(event.resource, event.action, self.links.line)

    def _hidden_call(self, why: str) -> None:
        self._hidden(Opaque(self.links.line, why, binds=True))

    def _hidden(self, event: Opaque) -> None:
        """Depend on everything before: what happens here is not known."""
        self.opaque[self.links.at] = event.why
        for at in range(self.links.at):
            self._link(at, "everything", "comes before", "may read", made=0)
        for thing in list(self._objects.reach([t for name in self._objects.names for t in self._objects.things(name)])):
            if not self._alterations.trusted and event.binds and thing.kind != CONSTANT:
                self._alterations.mark(thing, "may change")
        if event.binds and not self._alterations.trusted:
            self._wild = self.links.at
