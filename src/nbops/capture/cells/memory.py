"""What a session remembers from cell to cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from nbops.capture.cells.naming import Former
from nbops.capture.code.bindings import TIMER, Binding
from nbops.capture.code.cell_code import CellCode
from nbops.capture.datasets.dataset_memory import DatasetMemory
from nbops.capture.findings.draws import seeded_by
from nbops.capture.findings.parameters import Literal, literals_of


@dataclass(frozen=True, slots=True)
class Past:
    """An execution that is over, as much as it takes to record it as a run later.

    Attributes:
        index: Which execution of the session.
        count: `In [count]`.
        cell: Cell id.
        code: The cell.
        time, duration: When it began, and how long it took.
        defined, changed: Names that it bound, and whose objects it changed.
        success: Whether it ended without an exception.
        run: Id of the run that it was tracked as.
    """

    index: int
    count: int | None
    cell: str | None
    code: CellCode
    time: float
    duration: float
    defined: frozenset[str]
    changed: frozenset[str]
    success: bool
    run: str | None = None


@dataclass(slots=True)
class Memory:
    """Facts about earlier cells; no object of the namespace is held.

    Attributes:
        literals: Name → what a person last typed for it.
        timers: Names last set from a clock.
        former: Key of a cell → its latest run.
        datasets: What was recorded of objects that still live.
        past: Executions, oldest first.
        latest: Name → index of the execution that bound or changed it last.
        seeded: Random generators that some cell seeded.
    """

    literals: dict[str, Literal] = field(default_factory=dict)
    timers: set[str] = field(default_factory=set)
    former: dict[str, Former] = field(default_factory=dict)
    datasets: DatasetMemory = field(default_factory=DatasetMemory)
    past: list[Past] = field(default_factory=list)
    latest: dict[str, int] = field(default_factory=dict)
    seeded: frozenset[str] = frozenset()

    def take(self, past: Past, bindings: tuple[Binding, ...], namespace: Mapping[str, Any]) -> None:
        """Learn from an execution that is over."""
        self.past.append(past)
        self.seeded |= seeded_by(past.code)
        for name in past.defined | past.changed:
            self.latest[name] = past.index
            self.literals.pop(name, None)
        self.literals |= literals_of(bindings, namespace, past.count)
        for item in bindings:
            (self.timers.add if item.kind == TIMER else self.timers.discard)(item.name)

    def mark(self, past: Past, run: str) -> None:
        """Note that *past* is a run now."""
        self.past[self.past.index(past)] = replace(past, run=run)
