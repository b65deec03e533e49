"""Edges and absences → sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nbops.slicing.facts import Bind, Delete
from nbops.slicing.purpose import purpose
from nbops.slicing.read_facts import read_facts
from nbops.slicing.slice import Reason, label

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution
    from nbops.slicing.links import Edge

_FEW = 4


def why_kept(edge: Edge, needed: Execution, reader: Execution | None) -> Reason:
    """Say what *needed* did that *reader* (None: whoever asked for the slice) depends on."""
    line = _line_in_source(edge.made, needed)
    reader_line = _line_in_source(edge.line, reader) if reader is not None else 0
    return Reason(
        f"kept: {_sentence(edge, needed, reader, line, reader_line)}",
        edge.subject.strip("`"),
        edge.verb,
        line,
        reader.index if reader is not None else None,
        reader_line,
        edge.through,
    )


def _sentence(edge: Edge, needed: Execution, reader: Execution | None, line: int, reader_line: int) -> str:
    several = len(needed.source.strip().splitlines()) > 1
    deed = _deed(edge, f" in line {line}" if line and several else "")
    if not needed.success:
        deed += " before it failed"
    if reader is None:
        return f"{deed}, which is wanted"
    who = label(reader)
    where = f" in line {reader_line}" if reader_line else ""
    if edge.through and f"`{edge.through}`" != edge.subject:
        where += f" through `{edge.through}`"
    if edge.verb == "moves":
        return f"{deed} before {who} does{where}, on the same seed"
    if edge.subject == "everything":
        return f"comes before {who}, of which nobody knows what it reads"
    if edge.how == "may read":
        return f"{deed}, which {who} may use"
    further = "changes further" if "change" in edge.verb or edge.verb == "updates" else "changes"
    how = {"changes": further, "wants": "reads"}.get(edge.how, edge.how)
    return f"{deed}, which {who} {how}{where}"


def _deed(edge: Edge, where: str) -> str:
    subject = edge.subject
    if edge.verb == "changes" and subject.startswith("`"):
        return f"changes {subject}{where or ' in place'}"
    if edge.verb == "may change":
        return f"may change {subject}{where or ' in place'} (it is too large, or hides too much, to tell)"
    if edge.verb == "sets" and edge.how == "draws from":
        return f"sets the seed of {subject}{where}"
    if edge.verb == "moves":
        return f"draws from {subject}{where}"
    return f"{edge.verb} {subject}{where}"


def why_imported(execution: Execution) -> Reason:
    """Say why *execution* is kept, which only imports what nothing names."""
    names = [event.name for event in read_facts(execution.code).events if isinstance(event, Bind)]
    text = f"kept: imports {_listed(names)}, which nothing names; importing may itself change something"
    return Reason(text, verb="imports")


def why_dropped(execution: Execution, kept: Sequence[Execution], read_by_kept: set[str]) -> str:
    """Say what is missing that would make *execution* needed."""
    if execution.success is False and not (execution.defined or execution.changed or execution.assumed):
        error = f" with {execution.error['ename']}" if execution.error and execution.error.get("ename") else ""
        return f"dropped: it failed{error} and left nothing behind"
    only = purpose(read_facts(execution.code))
    if only:
        return f"dropped: {only}"
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
    return [name for name in dict.fromkeys([*written, *changed]) if not name.startswith("_") and name.isidentifier()]


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
    if execution.code == execution.source:
        return line
    typed = [text.strip() for text in execution.source.splitlines()]
    wanted = lines[line - 1].strip()
    places = [number for number, text in enumerate(typed, 1) if text == wanted]
    return min(places, key=lambda number: abs(number - line), default=line)
