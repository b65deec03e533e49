"""How a cell ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.capture.journal.records import FAILED, FINISHED, KILLED
from nbops.capture.namespace.changes import Changes

if TYPE_CHECKING:
    from nbops.capture.namespace.process_state import ProcessState

_INTERRUPTIONS = (KeyboardInterrupt, asyncio.CancelledError)


@dataclass(frozen=True, slots=True)
class Ended:
    """What there is to say of a cell once its code has run.

    Attributes:
        duration: Seconds.
        value: Of its last expression.
        error: What ended it, if something did.
        told: IPython told how it ended; it does not where the cell was interrupted.
        process: State of the process afterwards.
        changes: What it did to the namespace.
        opened: Files that it opened, as `Execution` holds them.
    """

    duration: float
    value: Any
    error: BaseException | None
    told: bool
    process: ProcessState
    changes: Changes = field(default_factory=Changes)
    opened: tuple[dict[str, Any], ...] = ()

    @property
    def interrupted(self) -> bool:
        """Whether somebody stopped it."""
        return not self.told or isinstance(self.error, _INTERRUPTIONS)

    @property
    def complete(self) -> bool:
        """Whether it ran to its end."""
        return self.error is None and not self.interrupted

    @property
    def status(self) -> str:
        """Status of its run."""
        return KILLED if self.interrupted else FAILED if self.error is not None else FINISHED
