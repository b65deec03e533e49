"""What calls and assignments to attributes and items do."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from nbops.slicing.alterations import Alterations
from nbops.slicing.facts import Call, Named, Store
from nbops.slicing.links import Links
from nbops.slicing.objects import CONSTANT, MODULE, SHELL, STATEFUL, Objects, Thing
from nbops.slicing.outside import Outside, appends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nbops.capture.journal.records import Execution
    from nbops.slicing.effects import Effects

_FITS = {".fit", ".partial_fit", ".fit_transform", ".fit_predict", ".fit_resample"}
_ON_PATHS = {
    ".write_text",
    ".write_bytes",
    ".read_text",
    ".read_bytes",
    ".unlink",
    ".mkdir",
    ".open",
    ".touch",
    ".exists",
}


class Calls:
    """Applies the table of effects to calls.

    Attributes:
        opened: Path of the file that the call just read has opened for writing; None where it opened none.
    """

    def __init__(
        self,
        effects: Effects,
        objects: Objects,
        outside: Outside,
        alterations: Alterations,
        links: Links,
        hide: Callable[[str], None],
    ) -> None:
        """Make one that tells *hide* of calls that may do anything."""
        self._effects, self._objects, self._outside = effects, objects, outside
        self._alterations, self._links, self._hide = alterations, links, hide
        self.opened: str | None = None

    def begin(self, execution: Execution) -> None:
        """Start an execution."""
        self._now = execution
        self.opened = None

    def store(self, event: Store, *, later: bool) -> None:
        """Apply the assignment of an attribute or item."""
        path = self._objects.qualified(event.root, event.path)
        if path and event.root in self._objects.names:
            resources = self._effects.stores.match(path)
            for resource in resources:
                self._outside.touch(resource, "changes", self._links.line)
            if not resources:
                self._outside.patched(path.partition(".")[0], self._links.line)
            return
        known = list(self._objects.things(event.root)) if event.root else []
        owners = known or self._objects.things_of(event.owner)
        if not self._alterations.partial:
            self._alterations.change(owners, "changes", deep=event.deep, later=later)
        self._keep(owners, self._objects.things_of(event.value))

    def call(self, event: Call, *, later: bool) -> None:
        """Apply a call."""
        name = self._objects.qualified(event.root, event.path)
        method = f".{event.path[-1]}" if event.path and not name else ""
        key = name or method or event.root or ""
        self.opened = None
        if method in _FITS:
            self._links.fitted(event.passed, f"`{event.root}`" if event.root else "a model")
        if key:
            self._links.called[-1].add(key)
            for resource, action in self._effects.calls.match_call(key, event.texts):
                self._call_outside(resource, action, later=later)
            for action, _ in self._effects.files.match(key):
                self._call_file(action, key, event)
            self._backend(name, event)
        self._call_objects(event, key, method, later=later)

    def _backend(self, name: str, event: Call) -> None:
        chosen = {"matplotlib.use", "matplotlib.pyplot.switch_backend"}
        if name in chosen or (name == "%matplotlib" and event.texts and event.texts[0] != "inline"):
            self._outside.inline = False

    def _call_objects(self, event: Call, key: str, method: str, *, later: bool) -> None:
        """Work out which objects a call may change, and which may come to hold which."""
        callee = event.receiver if event.receiver is not None else Named(event.root) if event.root else None
        owners = self._objects.things_of(callee) if callee is not None else []
        given = [thing for value in event.arguments for thing in self._objects.things_of(value)]
        effects, alterations = self._effects, self._alterations
        for thing in (*owners, *given):
            if thing.file is not None and thing.made != self._links.at:
                self._outside.writes_file(thing.file, self._links.line, added=True)
        self._on_modules(event, key)
        if alterations.partial or key.startswith("%"):
            return
        reader = bool(key) and effects.says("readers", key)
        if method and effects.says("changers", method):
            alterations.change(owners, "changes", deep=True, later=later)
        if event.arguments and effects.says("argument_changers", key):
            first = self._objects.things_of(event.arguments[0])
            alterations.change(first, "changes", later=later)
            self._keep(first, given)
        if reader:
            stateful = [thing for thing in (*owners, *given) if thing.kind == STATEFUL and "." in key]
            alterations.may_change(stateful, later=later)
            return
        called = owners if method else [thing for thing in owners if _remembers(thing)]
        alterations.may_change([*called, *given], later=later)
        self._unknown(event, key, owners, given, method=bool(method))

    def _unknown(self, event: Call, key: str, owners: list[Thing], given: list[Thing], *, method: bool) -> None:
        """Apply what a call that the table does not know may do besides."""
        for thing in self._module(event, key):
            self._alterations.mark(thing, "may change")
        if any(thing.kind == SHELL for thing in owners):
            self._hide("the shell")
        if method:
            self._keep(owners, given)
        for thing in owners:
            self._keep(self._changed_by(thing), given)

    def _on_modules(self, event: Call, key: str) -> None:
        """Apply what changes a module that is passed: reloading reads its file, other things patch it."""
        paths = {thing.path for name in event.passed for thing in self._objects.things(name) if thing.path}
        for path in sorted(paths):
            if key == "importlib.reload":
                self._outside.reads_file(f"{path.replace('.', '/')}.py", self._links.line)
            if self._effects.says("argument_changers", key):
                self._outside.patched(path.partition(".")[0], self._links.line)

    def _module(self, event: Call, key: str) -> list[Thing]:
        """Return what was imported of the module that a call goes into, where nothing tells whether it keeps state."""
        if self._alterations.trusted or not event.root or event.root not in self._objects.names or "." not in key:
            return []
        root = key.partition(".")[0]
        if root in sys.stdlib_module_names or self._effects.knows(root):
            return []
        return [thing for thing in self._objects.imported() if thing.path.partition(".")[0] == root]

    def _changed_by(self, function: Thing) -> list[Thing]:
        """Return the objects of the notebook that calling *function* stores into."""
        if function.facts is None:
            return []
        stored = [event.owner for event in function.facts.events if isinstance(event, Store)]
        stored += [
            e.receiver for e in function.facts.events if isinstance(e, Call) and e.path and e.receiver is not None
        ]
        return [thing for value in stored for thing in self._objects.things_of(value)]

    def _keep(self, owners: Iterable[Thing], given: Iterable[Thing]) -> None:
        """Note that *owners* may hold *given* from now on."""
        held = [thing for thing in given if thing.kind not in {CONSTANT, MODULE}]
        for owner in owners:
            if held and owner.kind not in {CONSTANT, MODULE}:
                owner.holds = tuple(dict.fromkeys((*owner.holds, *(thing for thing in held if thing is not owner))))

    def _call_outside(self, resource: str, action: str, *, later: bool) -> None:
        generator = resource.partition(".")[2] if self._effects.resource(resource).readers == "drawn" else ""
        if generator and self._alterations.trusted:
            drew = generator in self._now.drew
            if (action == "sets" and later and not drew) or (action == "changes" and not drew):
                return
        self._outside.touch(resource, action, self._links.line)

    def _call_file(self, action: str, key: str, event: Call) -> None:
        texts = event.own_texts[-1:] if key in _ON_PATHS else event.places or event.texts
        path = texts[0] if texts and not key.startswith("%") else ""
        if key in {"open", ".open"}:
            mode = event.texts[-1] if event.texts and event.texts[-1] != path else ""
            action = "writes" if set(mode) & set("wax+") else "reads"
        seen = {str(item.get("mode")) for item in self._now.opened}
        wanted = "r" if action in {"reads", "lists"} else "w"
        if action in {"copies", "commands"}:
            self._outside.reads_file(path if action == "copies" else "", self._links.line)
            path = texts[1] if action == "copies" and len(texts) > 1 else ""
        elif not path and self._alterations.trusted and wanted in seen:
            return  # the files that were opened are known better than the text tells
        if wanted == "w":
            if path or not (self._alterations.trusted and key.startswith(".")):
                self._outside.writes_file(path, self._links.line, added=appends(self._now.code))
                self.opened = path
        else:
            self._outside.reads_file(path if action == "reads" else "", self._links.line)


def _remembers(thing: Thing) -> bool:
    """Whether calling *thing* may change it."""
    facts = thing.facts
    return facts.remembers or facts.wrapped if facts is not None else thing.kind not in {CONSTANT, MODULE}
