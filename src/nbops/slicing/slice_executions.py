"""Which executions reproduce a result, and why each is needed or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import SliceError
from nbops.slicing.effects import read_effects
from nbops.slicing.explain import why_dropped, why_imported, why_kept
from nbops.slicing.facts import Bind, Import
from nbops.slicing.read_facts import read_facts
from nbops.slicing.slice import Dropped, Kept, Reason, Slice, label
from nbops.slicing.trace import Tracer

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbops.capture.journal.records import Execution
    from nbops.slicing.effects import Effects
    from nbops.slicing.links import Edge


def slice_executions(
    executions: Sequence[Execution],
    target: int,
    names: Collection[str] | None = None,
    *,
    effects: Effects | None = None,
) -> Slice:
    """Find the executions that have to run again, in order, to reproduce *target*.

    The log is walked through once. What each text reads, binds and changes comes from its syntax tree; what was seen
    at run time (names bound, objects changed in place, generators drawn from, files opened, settings moved) is added.
    Functions bring what their bodies read when they are called, objects what they hold. Random generators, files and
    process settings are followed by a table of effects. Where knowledge ends, more is kept, and `cautions` says so.

    Args:
        executions: A session's, in the order in which they ran.
        target: `index` of the execution to reproduce.
        names: Only these names as they were after the target; by default everything that the target did.
        effects: Table of effects; by default the shipped one.

    Raises:
        SliceError: No execution has that index, or nothing binds one of *names*.
    """
    last = next((place for place, item in enumerate(executions) if item.index == target), None)
    if last is None:
        raise SliceError(f"no execution has the index {target}")
    table = effects or read_effects()
    tracer = Tracer(executions, table)
    tracer.walk(last)
    start = last if names is None else tracer.want(sorted(names))
    if names is not None and tracer.links.missing[start]:
        raise SliceError(
            f"nothing up to {label(executions[last])} binds {', '.join(sorted(tracer.links.missing[start]))}"
        )
    reached = _reach(tracer, start, _imports(executions, last, tracer.read, table))
    wish = -1 if names is None else start
    reached.discard(wish)
    readers = _first_readers({*reached, start}, tracer)
    kept = tuple(_kept(executions, place, readers.get(place, {}), start, wish) for place in sorted(reached))
    chosen = [item.execution for item in kept]
    read = {edge.subject.strip("`") for place in (*reached, start) for edge in tracer.links.edges[place].values()}
    dropped = tuple(
        Dropped(item, why_dropped(item, chosen, read))
        for place, item in enumerate(executions[: last + 1])
        if place not in reached
    )
    missing = sorted({name for place in reached for name in tracer.links.missing[place]})
    cautions = _cautions(executions, reached, tracer)
    return Slice(target, tuple(sorted(names or ())), kept, dropped, tuple(missing), cautions)


def _reach(tracer: Tracer, start: int, more: set[int]) -> set[int]:
    reached = {start, *more}
    waiting = list(reached)
    while waiting:
        for needed in {edge.needed for edge in tracer.links.edges[waiting.pop()].values()} - reached:
            reached.add(needed)
            waiting.append(needed)
    return reached


def _imports(executions: Sequence[Execution], last: int, read: set[str], effects: Effects) -> set[int]:
    """Return executions that only import what nobody ever names: done for what importing does.

    Importing what the table knows as quiet does nothing that another cell could notice, and nbops only concerns
    tracking.
    """
    found = set()
    for place, execution in enumerate(executions[:last]):
        facts = read_facts(execution.code)
        if facts.only_imports and execution.success:
            bound = {event.name for event in facts.events if isinstance(event, Bind)}
            modules = {event.module for event in facts.events if isinstance(event, Import)}
            quiet = all(effects.is_quiet(module) or module.partition(".")[0] == "nbops" for module in modules)
            if bound and not bound & read and not quiet:
                found.add(place)
    return found


def _kept(
    executions: Sequence[Execution], place: int, readers: dict[tuple[str, str], tuple[int, Edge]], start: int, wish: int
) -> Kept:
    execution = executions[place]
    reasons = [
        why_kept(edge, execution, None if reader == wish else executions[reader]) for reader, edge in readers.values()
    ]
    if place == start != wish:
        reasons.insert(0, Reason("kept: it is the target"))
    if not reasons:
        reasons = [why_imported(execution)]
    return Kept(execution, tuple(reasons))


def _first_readers(places: set[int], tracer: Tracer) -> dict[int, dict[tuple[str, str], tuple[int, Edge]]]:
    """Return, for each needed position and each thing that it did, the first of *places* that depends on it."""
    found: dict[int, dict[tuple[str, str], tuple[int, Edge]]] = {}
    for reader in sorted(places):
        for edge in tracer.links.edges[reader].values():
            found.setdefault(edge.needed, {}).setdefault((edge.subject, edge.verb), (reader, edge))
    return found


def _cautions(executions: Sequence[Execution], reached: set[int], tracer: Tracer) -> tuple[str, ...]:
    found = [
        f"{tracer.opaque[place]} in {label(executions[place])} hides what it reads; everything before it is kept"
        for place in sorted(reached)
        if place in tracer.opaque
    ]
    unseen = [label(executions[place]) for place in sorted(reached) if not executions[place].observed]
    if unseen:
        who = ", ".join(unseen)
        judged = "what they changed is judged by their text alone, as if none had failed"
        found.append(f"{who} ran before nbops was loaded: {judged}")
    return tuple(found)
