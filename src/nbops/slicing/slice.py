"""What slicing answers: what stays, what goes, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution


@dataclass(frozen=True, slots=True)
class Kept:
    """An execution that the target needs.

    Attributes:
        execution: As captured.
        reasons: One sentence for each thing that makes it needed, beginning with `kept:`.
    """

    execution: Execution
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """An execution that the target does not need.

    Attributes:
        execution: As captured.
        reason: One sentence, beginning with `dropped:`.
    """

    execution: Execution
    reason: str


@dataclass(frozen=True, slots=True)
class Slice:
    """A small, sound, ordered set of executions that reproduces a target.

    Attributes:
        target: `Execution.index` of the target.
        names: The names whose values are wanted; empty when the whole target is.
        kept: In the order in which they ran.
        dropped: The others that ran up to the target, in order.
        missing: Names that kept executions read and that no recorded execution binds.
        cautions: Sentences about where knowledge ended and more was kept than may be needed.
    """

    target: int
    names: tuple[str, ...]
    kept: tuple[Kept, ...]
    dropped: tuple[Dropped, ...]
    missing: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()


def label(execution: Execution) -> str:
    """Return how people call *execution*: its `In [n]`, or its place in the session."""
    return f"[{execution.count}]" if execution.count is not None else f"[#{execution.index}]"
