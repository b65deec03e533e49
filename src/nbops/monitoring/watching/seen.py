"""What a watch has seen already, so that it counts nothing twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from nbops.alerts.alert import LATEST


@dataclass(frozen=True, slots=True)
class Seen:
    """The memory of a watch.

    Attributes:
        checked: When it last looked, in seconds since the epoch; None before the first time.
        parts: What the source consisted of: file → size, time of change in nanoseconds, digest; or snapshot → its id.
        until: End of the last window that was judged, in the seconds of the data's own clock; None where rows have no
            times.
        earlier: Rows before `until`, as last counted.
        waiting: Rows of a window that was not complete yet.
        trouble: What was wrong with the data; empty where nothing was.
        sentence: What the last look found.
        label: Of the last report.
        fresh: Parts that were new in the last report.
        since: Where its rows begin, as `until`; None where they have no beginning.
    """

    checked: float | None = None
    parts: Mapping[str, list[Any]] = field(default_factory=dict)
    until: float | None = None
    earlier: int = 0
    waiting: int = 0
    trouble: str = ""
    sentence: str = ""
    label: str = ""
    fresh: Sequence[str] = ()
    since: float | None = None

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @staticmethod
    def from_wire(body: Mapping[str, Any]) -> Seen:
        """Return the memory that *body* stands for; fields of other versions of nbops are passed over.

        Raises:
            TypeError: It is none.
        """
        seen = Seen(**{name: value for name, value in body.items() if name in Seen.__dataclass_fields__})
        numbers = (seen.checked or 0.0, seen.until or 0.0, seen.earlier, seen.waiting)
        if not isinstance(seen.parts, Mapping) or not all(isinstance(one, int | float) for one in numbers):
            raise TypeError("a field of the memory has the wrong type")
        if not 0 <= (seen.checked or 0.0) <= LATEST:
            raise TypeError("it was never looked then")
        return seen
