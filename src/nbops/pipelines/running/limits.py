"""What a run may take."""

from __future__ import annotations

from dataclasses import dataclass, fields

from nbops.errors import PipelineError


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take before it is killed; None means any amount.

    Attributes:
        cell_timeout: Seconds for each cell.
        timeout: Seconds for the whole run, the start of its kernel included.
        memory: Megabytes (of 1,000,000 bytes) that the kernel and its children hold together.

    Raises:
        PipelineError: A limit is not a positive number.
    """

    cell_timeout: float | None = None
    timeout: float | None = None
    memory: float | None = None

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if value is not None and not (number and value > 0):
                raise PipelineError(
                    f"{item.name} is {value!r}, but has to be a number above 0", hint="leave it out for no limit"
                )
