"""A cell that runs now: what was known before its code began."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbops.capture.code.bindings import Binding, bindings_of
from nbops.capture.code.cell_code import CellCode, read_cell
from nbops.capture.code.names import CellNames, names_inside, names_of
from nbops.capture.findings.plain_numbers import plain_numbers
from nbops.capture.namespace.changes import Before, look_before
from nbops.capture.namespace.process_state import ProcessState, process_state
from nbops.capture.surroundings.files import FileListener
from nbops.capture.surroundings.frontend import cell_id_of


@dataclass(slots=True)
class RunningCell:
    """One execution between `pre_run_cell` and `post_run_cell`. Holds no object of the namespace.

    Attributes:
        cell: Cell id, where the frontend tells it.
        count: `In [count]`, where it counts.
        code: The cell.
        names: Names in it.
        inside: Names that the notebook's functions it uses read or write.
        bindings: How it gives names their values.
        before: What the namespace was.
        process: What the process's own state was.
        numbers: Name → identity and plain number.
        files: Collects what it opens.
        began: When its code began, in seconds since the epoch.
        clock: The same, of `time.perf_counter`.
    """

    cell: str | None
    count: int | None
    code: CellCode
    names: CellNames
    inside: frozenset[str]
    bindings: tuple[Binding, ...]
    before: Before
    process: ProcessState
    numbers: dict[str, tuple[int, Any]]
    files: FileListener = field(default_factory=FileListener)
    began: float = field(default_factory=time.time)
    clock: float = field(default_factory=time.perf_counter)

    @property
    def touched(self) -> frozenset[str]:
        """Names whose objects the cell can reach by name."""
        return frozenset(self.names.read) | self.inside

    def states(self, names: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
        """Return what the objects called *names* held before the cell, as numbers; empty where nobody could look."""
        reached = {name: self.before.reached.get(name, frozenset()) for name in names}
        opaque = self.before.opaque | self.before.unseen
        return {
            name: () if name in opaque else tuple(sorted(self.before.states[part] for part in parts))
            for name, parts in reached.items()
        }


def begin_cell(shell: Any, info: Any, timers: frozenset[str], *, count: int | None, seconds: float) -> RunningCell:
    """Look at the namespace before a cell's code runs.

    Args:
        shell: The shell that runs it.
        info: IPython's description of the cell.
        timers: Names that earlier cells set from a clock.
        count: `In [count]`.
        seconds: What looking may take.
    """
    code = read_cell(info.raw_cell, shell, getattr(info, "transformed_cell", None))
    names = names_of(code.tree)
    namespace = shell.user_ns
    read, written = names_inside(names.read, namespace)
    before = look_before(namespace, {*names.read, *read, *written}, seconds)
    return RunningCell(
        cell=cell_id_of(info),
        count=count,
        code=code,
        names=names,
        inside=frozenset(read | written),
        bindings=bindings_of(code.tree, timers),
        before=before,
        process=process_state(),
        numbers=plain_numbers(namespace),
    )
