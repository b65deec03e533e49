"""Edges between executions, as they are found."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple


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


class Links:
    """The edges of every execution so far, and where in the current one the walk is.

    Attributes:
        edges: For each position, what it needs.
        missing: For each position, names that it reads and nothing has bound.
        called: For each position, what it calls: full paths, methods with a leading dot, magics.
        at: Position of the current execution.
        line: Of its code.
        through: Function of the notebook in whose body the walk is, or an empty string.
    """

    def __init__(self) -> None:
        self.edges: list[dict[tuple[int, str], Edge]] = []
        self.missing: list[set[str]] = []
        self.called: list[set[str]] = []
        self.at = 0
        self.line = 0
        self.through = ""

    def begin(self, at: int) -> None:
        """Start the execution at position *at*."""
        self.edges.append({})
        self.missing.append(set())
        self.called.append(set())
        self.at, self.line, self.through = at, 0, ""

    def link(self, needed: int, subject: str, verb: str, how: str, line: int = -1, made: int = 0) -> None:
        """Note that the current execution needs *needed*; the line is the one being read unless told."""
        if not 0 <= needed < self.at:
            return
        edges, key = self.edges[-1], (needed, subject)
        line = self.line if line < 0 else line
        known = edges.get(key)
        if known is None or (not known.line and line) or (known.through and not self.through):
            edges[key] = Edge(needed, subject, verb, how, line, made, self.through)

    def fitted(self, names: Collection[str], model: str) -> None:
        """Say of what the current line reads under one of *names* that *model* is fitted on it."""
        subjects = {f"`{name}`" for name in names}
        for key, edge in self.edges[-1].items():
            if edge.subject in subjects and edge.how == "reads" and edge.line == self.line:
                self.edges[-1][key] = edge._replace(how=f"fits {model} on")
