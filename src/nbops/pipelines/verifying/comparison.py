"""One value of a captured run held against the same value of a fresh kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Comparison:
    """One value of the captured run against the same value of the fresh kernel.

    Attributes:
        what: `metric auc`, `snapshot flights`.
        captured, fresh: The two values; None where it is missing.
        equal: Within 1e-9 relative for numbers.
    """

    what: str
    captured: Any
    fresh: Any
    equal: bool
