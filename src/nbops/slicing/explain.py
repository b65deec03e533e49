"""Edges and absences → sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbops.slicing.facts import Bind, Delete
from nbops.slicing.read_facts import read_facts
from nbops.slicing.slice import label

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution
    from nbops.slicing.trace import Edge

_FEW = 4


def why_kept(edge: Edge, needed: Execution, reader: Execution | None) -> str:
    """Say what *needed* did that *reader* (None: whoever asked for the slice) depends on."""
    deed = _deed(edge)
    if not needed.success:
        deed += " before it failed"
    if reader is None:
        return f"kept: {deed}, which is wanted"
    who = label(reader)
    where = f" in line {line}" if (line := _line_in_source(edge.line, reader)) else ""
    if edge.how == "draws from":
        return f"kept: {deed} that {who} draws from{where}"
    if edge.how == "may read":
        return f"kept: {deed}, which {who} may use"
    how = "goes on with" if edge.how == "changes" else edge.how
    return f"kept: {deed}, which {who} {how}{where}"


def _deed(edge: Edge) -> str:
    subject = edge.subject
    if edge.verb == "changes" and subject.startswith("`"):
        return f"changes {subject} in place"
    if edge.verb == "may change":
        return f"may change {subject} in place (it could not be compared)"
    if edge.verb == "sets" and edge.how == "draws from":
        return f"sets the seed of {subject}"
    if edge.verb == "moves":
        return f"draws from {subject} before, on the same seed,"
    return f"{edge.verb} {subject}"


def why_dropped(execution: Execution, kept: Sequence[Execution], read_by_kept: set[str]) -> str:
    """Say what is missing that would make *execution* needed."""
    if execution.success is False and not (execution.defined or execution.changed or execution.assumed):
        error = f" with {execution.error['ename']}" if execution.error and execution.error.get("ename") else ""
        return f"dropped: it failed{error} and left nothing behind"
    names = _names(execution)
    again = next((other for other in kept if other.index > execution.index and _same_cell(other, execution)), None)
    if again is not None:
        return f"dropped: it ran again as {label(again)}"
    if not names:
        return "dropped: it only shows something, nothing kept depends on it"
    over = [name for name in names if name in read_by_kept]
    if over:
        return f"dropped: {_listed(over)} is set anew before anything kept reads it"
    return f"dropped: nothing kept reads {_listed(names)}"


def _names(execution: Execution) -> list[str]:
    events = read_facts(execution.code).events
    bound = [
        event.name for event in events if isinstance(event, Delete) or (isinstance(event, Bind) and not event.grows)
    ]
    written = bound if execution.success else []
    changed = (*execution.defined, *execution.changed, *execution.assumed)
    return [name for name in dict.fromkeys([*written, *changed]) if not name.startswith("_")]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:_FEW])
    return f"{shown} and {len(names) - _FEW} more" if len(names) > _FEW else shown


def _same_cell(one: Execution, other: Execution) -> bool:
    return one.code == other.code or (one.cell is not None and one.cell == other.cell)


def _line_in_source(line: int, execution: Execution) -> int:
    """Return the line of the source as typed that stands for *line* of the code; 0 where none is known."""
    lines = execution.code.splitlines()
    if not 0 < line <= len(lines):
        return 0
    typed = [text.strip() for text in execution.source.splitlines()]
    wanted = lines[line - 1].strip()
    places = [number for number, text in enumerate(typed, 1) if text == wanted]
    return min(places, key=lambda number: abs(number - line), default=line)
