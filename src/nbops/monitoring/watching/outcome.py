"""What one look at a source found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport

JUDGED, NOTHING_NEW, TROUBLE, LATE = "judged", "nothing new", "trouble", "late"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer of a check.

    Attributes:
        watch: Its name.
        found: `judged`, `nothing new`, `late`, or `trouble`: the data are not there, cannot be read or cannot be held
            against the reference.
        state: `ok`, `warn`, `alert` or `unknown`; with nothing new, that of the last report.
        sentence: What was found.
        label: What the report is called, where there is one.
        report: It.
        notes: What a person should know besides.
    """

    watch: str
    found: str
    state: str
    sentence: str
    label: str | None = None
    report: DriftReport | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether this look found drift."""
        return self.report is not None and self.report.drifted

    @property
    def troubled(self) -> bool:
        """Whether this look could not say how the data are."""
        return self.found in {TROUBLE, LATE} or (self.found == JUDGED and self.state == "unknown")

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        names = ("watch", "found", "state", "sentence", "label")
        plain: dict[str, Any] = {name: getattr(self, name) for name in names}
        return plain | {"notes": list(self.notes), "report": None if self.report is None else self.report.to_wire()}
