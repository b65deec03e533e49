"""Why a cell may never be skipped."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbops.capture.code.generators import GENERATOR_RESOURCES
from nbops.pipelines.resuming.never_skipped import NOW, UNSEEDED, never_skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nbops.capture.journal.records import Execution
    from nbops.slicing.effects import Effects
    from nbops.slicing.trace import Tracer

_GENERATORS = {"numpy.random.default_rng", "numpy.random.RandomState", "random.Random", "numpy.random.seed",
               "numpy.random.PCG64", "numpy.random.SeedSequence", "random.seed"}  # fmt: skip
_HARMLESS_MAGICS = {"%time", "%timeit", "%capture"}
_SHOWN = ("plots",)
_PATCH = "patch of "


@dataclass(frozen=True, slots=True)
class Objection:
    """A reason never to skip a cell.

    Attributes:
        reason: What follows "it": `uses the network`.
        fickle: Another execution may give another result.
    """

    reason: str
    fickle: bool = False


def objections(execution: Execution, deeds: Sequence[str], tracer: Tracer, place: int, effects: Effects,
               behind: Sequence[str]) -> tuple[Objection, ...]:  # fmt: skip
    """Return what forbids to skip an execution.

    Args:
        execution: As observed.
        deeds: What it was seen to do outside the namespace.
        tracer: Has walked over it.
        place: Its position there.
        effects: The table of effects.
        behind: Code of the executions that it depends on.
    """
    found = [*_seen(execution, deeds), *_read(execution, tracer, place, effects, behind)]
    return tuple({objection.reason: objection for objection in found}.values())


def _seen(execution: Execution, deeds: Sequence[str]) -> Iterator[Objection]:
    if not execution.success:
        yield Objection("failed", fickle=True)
    for setting in execution.settings:
        yield Objection(f"changes {setting}")
    for item in execution.opened:
        if item.get("mode") == "w":
            yield Objection(f"writes {Path(str(item.get('path', ''))).name}")
    for deed in deeds:
        yield Objection(deed, fickle=not deed.startswith("changes "))


def _read(
    execution: Execution, tracer: Tracer, place: int, effects: Effects, behind: Sequence[str]
) -> Iterator[Objection]:
    if place in tracer.opaque:
        yield Objection(f"holds {tracer.opaque[place]}, which hides what it does", fickle=True)
    for resource, action in tracer.outside(place):
        if action in {"changes", "sets", "writes"} and resource not in (*GENERATOR_RESOURCES, *_SHOWN):
            yield Objection("writes files" if resource == "files" else f"changes {_says(resource, effects)}")
        elif resource.startswith("random.") and resource not in GENERATOR_RESOURCES:
            yield Objection(f"draws from {effects.resource(resource).says}, which cannot be saved", fickle=True)
    if NOW.search(execution.code):
        yield Objection("reads the clock", fickle=True)
    called = tracer.links.called[place]
    for name in sorted(called):
        for says, fickle in never_skipped().match(name):
            yield Objection(f"{says} ({name})", fickle)
        if name.startswith("%") and name not in _HARMLESS_MAGICS:
            yield Objection(f"runs {name}", fickle=True)
    if called & _GENERATORS and any(UNSEEDED.search(code) for code in (execution.code, *behind)):
        yield Objection("draws from a generator that has no seed", fickle=True)


def _says(resource: str, effects: Effects) -> str:
    return (
        f"the module {resource.removeprefix(_PATCH)}"
        if resource.startswith(_PATCH)
        else effects.resource(resource).says
    )
