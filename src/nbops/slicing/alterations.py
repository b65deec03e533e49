"""Which objects an execution changes: seen at run time, told by its text, or possible."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from nbops.slicing.facts import CellFacts, Read
from nbops.slicing.line_of_change import line_of_change
from nbops.slicing.objects import CONSTANT, CONTAINER, FRAME, MODULE, VIEW, Binding, Objects, Thing

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution
    from nbops.slicing.links import Links

_FIXED = {CONSTANT, FRAME, MODULE}


class Alterations:
    """Follows changes in place.

    Attributes:
        trusted: The current execution was seen at run time.
        partial: It failed, so that its text tells only what it may have done.
    """

    def __init__(self, objects: Objects, links: Links) -> None:
        self._objects = objects
        self._links = links
        self.trusted = False
        self.partial = False

    def begin(self, execution: Execution, facts: CellFacts) -> None:
        """Start an execution with the changes that were seen."""
        self._execution, self._facts = execution, facts
        self.trusted = execution.observed
        self.partial = execution.observed and not execution.success
        self._evidence: set[int] = set()
        self._same: set[int] | None = None
        names = self._objects.names
        self._assumed = {name: list(names.get(name, ())) for name in execution.assumed}
        for name in execution.changed:
            self._links.line = line_of_change(facts, name)
            self._seen_to_change(list(names.get(name, ())), "changes")

    def end(self) -> None:
        """Take in what could not be compared, where the text gives a reason to believe that it changed."""
        for name, bindings in self._assumed.items():
            told = any(id(binding.thing) in self._evidence for binding in bindings)
            if told or self.partial or name not in self._facts.names:
                self._links.line = line_of_change(self._facts, name)
                self._seen_to_change(bindings, "may change")

    def stayed(self, thing: Thing) -> bool:
        """Whether *thing* was compared before and after the execution and found the same."""
        if not self.trusted:
            return False
        if self._same is None:
            self._same = self._compared()
        return id(thing) in self._same

    def change(self, things: Iterable[Thing], verb: str, *, deep: bool = False, later: bool = False) -> None:
        """Note that *things* change, and if *deep*, what they hold; *later*: if the function is called at all."""
        for thing in list(things):
            self._evidence.add(id(thing))
            if later and self.stayed(thing):
                continue
            self.mark(thing, verb)
            if deep or thing.kind != CONTAINER:
                self.change_held(thing)

    def may_change(self, things: Iterable[Thing], *, later: bool = False) -> None:
        """Note that *things* and what they hold may change; run-time facts know better where there are any."""
        for thing in list(things):
            self._evidence.add(id(thing))
            if thing.kind in {CONSTANT, MODULE} or (self.trusted and not later) or self.stayed(thing):
                continue
            self.mark(thing, "may change")
            self.change_held(thing)

    def change_held(self, thing: Thing) -> None:
        """Note that what *thing* holds may have changed with it, unless it was compared and found the same."""
        through = thing.kind == VIEW
        for held in self._objects.reach(thing.holds):
            unfit = held.kind in _FIXED or (held.facts is not None and not held.facts.keeps)
            if held is not thing and (through or not unfit) and not self.stayed(held):
                self.mark(held, "may change")

    def mark(self, thing: Thing, verb: str) -> None:
        """Note that the current execution does *verb* to *thing*."""
        if thing.last != self._links.at:
            self._links.link(
                thing.last, f"`{thing.name}`" if thing.name else "an object", thing.verb, "changes", made=thing.line
            )
            thing.last, thing.verb, thing.line = self._links.at, verb, self._links.line

    def _seen_to_change(self, bindings: Iterable[Binding], verb: str) -> None:
        for binding in bindings:
            if binding.thing is not None:
                self.mark(binding.thing, verb)
                self.change_held(binding.thing)

    def _compared(self) -> set[int]:
        """Return the objects found the same: of names in the cell and in the functions that it names."""
        differing = {*self._execution.changed, *self._execution.assumed}
        found: set[int] = set()
        waiting = list(self._facts.names)
        seen = set(waiting)
        while waiting:
            name = waiting.pop()
            bindings = self._objects.names.get(name, ())
            things = list(self._objects.things(name))
            if name not in differing and len(bindings) == 1:
                found.update(map(id, things))
            functions = [thing.facts for thing in things if thing.facts is not None and not thing.facts.wrapped]
            inner = {event.name for facts in functions for event in facts.events if isinstance(event, Read)}
            waiting.extend(inner - seen)
            seen |= inner
        differs = {id(thing) for name in differing for thing in self._objects.things(name)}
        return found - differs
