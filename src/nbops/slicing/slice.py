"""What slicing answers: what stays, what goes, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.capture.journal.records import Execution


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that makes an execution needed.

    Attributes:
        text: The sentence, beginning with `kept:`.
        subject: What was defined or changed: a name without quotes, a file, or words such as `environment variables`;
            empty where the execution is needed for itself.
        verb: What the execution did to it: `defines`, `changes`, `may change`, `imports`, `sets`, `writes`, …
        line: Where in the execution's source as typed, from 1; 0 where nobody knows.
        reader: `Execution.index` of the first kept execution that depends on it; None for whoever asked.
        reader_line: Where in the reader's source as typed, from 1; 0 where nobody knows.
        through: Function by whose body the reader depends on it, or an empty string.
    """

    text: str
    subject: str = ""
    verb: str = ""
    line: int = 0
    reader: int | None = None
    reader_line: int = 0
    through: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An execution that the target needs.

    Attributes:
        execution: As captured.
        edges: Everything that makes it needed, at least one.
    """

    execution: Execution
    edges: tuple[Reason, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """One sentence for each thing that makes it needed, beginning with `kept:`."""
        return tuple(reason.text for reason in self.edges)


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
