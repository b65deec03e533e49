"""An execution that was kept or dropped, with why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.slicing.slice import Reason


@dataclass(frozen=True, slots=True)
class PromotedCell:
    """An execution that was kept or dropped.

    Attributes:
        source: Its code, as typed.
        reason: Why, in words.
        cell: Cell id, where the frontend told it.
        count: `In [count]`.
        index: Its place in the session, from 1; 0 where nobody knows.
        edges: What it did that others depend on, each with who does; empty for what was dropped.
    """

    source: str
    reason: str
    cell: str | None = None
    count: int | None = None
    index: int = 0
    edges: tuple[Reason, ...] = ()

    @property
    def lines(self) -> tuple[int, ...]:
        """Lines of `source`, from 1, that make what others depend on."""
        return tuple(sorted({edge.line for edge in self.edges if edge.line}))

    @property
    def readers(self) -> tuple[int, ...]:
        """`index` of each execution that depends on it, in order."""
        return tuple(sorted({edge.reader for edge in self.edges if edge.reader is not None}))
