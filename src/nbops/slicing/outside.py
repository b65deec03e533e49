"""What lies outside the namespace: random generators, files, process settings, the current figure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from nbops.slicing.effects import Effects, Resource

_APPENDS = re.compile(r"""['"](a|ab|at|a\+|r\+|rb\+|r\+b)['"]|append|sqlite|duckdb|to_sql""")
Link = Callable[[int, str, str, str, int, int], None]


@dataclass(slots=True)
class State:
    """A resource while the log is walked through. *anchored*: it was set to a known state."""

    last: int = -1
    verb: str = ""
    line: int = 0
    anchored: bool = False


class Outside:
    """Follows the resources of the table of effects.

    Attributes:
        inline: Figures are shown and closed at the end of an execution.
        log: Position, resource and action of everything that was touched, in order.
    """

    def __init__(self, effects: Effects, link: Link) -> None:
        self._effects = effects
        self._link = link
        self._states: dict[str, State] = {}
        self._ambient: dict[str, Resource] = {}
        self._writers: dict[str, list[tuple[str, int, int]]] = {}
        self._touched: set[str] = set()
        self._at = 0
        self.inline = True
        self.log: list[tuple[int, str, str]] = []

    def begin(self, at: int) -> None:
        """Start the execution at position *at*: it depends on everything that any execution may read."""
        self._at = at
        self._touched = set()
        for name, resource in self._ambient.items():
            state = self._states[name]
            self._link(state.last, resource.says, state.verb, "may read", 0, state.line)

    def end(self) -> None:
        """Finish the execution; inline figures are shown and closed."""
        if self.inline:
            self._states.pop("plots", None)

    def touch(self, name: str, action: str, line: int) -> None:
        """Apply *action* (`sets`, `changes`, `reads`) to the resource *name*."""
        resource = self._effects.resource(name)
        if resource.readers == "none" or action == "leaves":
            self._touched.add(name)
            return
        self.log.append((self._at, name, action))
        state = self._states.setdefault(name, State())
        if action == "sets":
            state.last, state.verb, state.line, state.anchored = self._at, "sets", line, True
            self._touched.add(name)
            return
        drawn = resource.readers == "drawn"
        if state.last not in {-1, self._at} and (state.anchored or not drawn):
            self._link(state.last, resource.says, state.verb, "draws from" if drawn else "reads", line, state.line)
        if action == "changes":
            self._touched.add(name)
            if state.last != self._at:
                state.last, state.verb, state.line = self._at, "moves" if drawn else "changes", line
            if resource.readers == "any":
                self._ambient[name] = resource

    def patched(self, module: str, line: int) -> None:
        """Note that something inside *module* was replaced."""
        name = f"patch of {module}"
        self.log.append((self._at, name, "changes"))
        state = self._states.setdefault(name, State())
        if state.last not in {-1, self._at}:
            self._link(state.last, f"`{module}`", "patches", "patches", line, state.line)
        state.last, state.verb, state.line = self._at, "patches", line
        self._ambient[name] = Resource(name, f"`{module}`")

    def was_touched(self, name: str) -> bool:
        """Whether the text of this execution already told what happened to the resource."""
        return name in self._touched

    def reads_file(self, path: str, line: int) -> None:
        """The execution reads *path*; an empty one stands for any file."""
        for key in dict.fromkeys([_key(path), ""] if path else self._writers):
            for written, at, where in self._writers.get(key, ()):
                if at != self._at and (not path or not written or _same(path, written)):
                    self._link(at, written or "a file", "writes", "reads", line, where)

    def writes_file(self, path: str, line: int, *, added: bool) -> None:
        """The execution writes *path*, an empty one being any file; what is *added* depends on what was there."""
        self.log.append((self._at, "files", "writes"))
        writers = self._writers.setdefault(_key(path), [])
        if not path or added:
            for written, at, where in writers:
                if at != self._at and _same(path, written):
                    self._link(at, written or "a file", "writes", "adds to", line, where)
        else:
            writers[:] = [(written, at, where) for written, at, where in writers if PurePath(written) != PurePath(path)]
        if not any((path, self._at) == (written, at) for written, at, _ in writers):
            writers.append((path, self._at, line))


def appends(code: str) -> bool:
    """Whether *code* looks as if it added to files that were there."""
    return bool(_APPENDS.search(code))


def _key(path: str) -> str:
    return PurePath(path).name if path else ""


def _same(one: str, other: str) -> bool:
    """Whether two spellings may mean one file: relative to different directories, one ends with the other."""
    first, second = PurePath(one).parts, PurePath(other).parts
    shorter = min(len(first), len(second))
    return first[-shorter:] == second[-shorter:]
