"""One number about a model, and how sure it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a measure says about some rows.

    Attributes:
        name: Such as `accuracy`.
        value: None where it is not defined.
        low, high: 95 % interval; None where there is none.
        n: Rows (or queries) that the number rests on.
        better: `higher` or `lower`; empty where neither is.
        method: How the interval was made.
        why: Why there is no value.
    """

    name: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    better: str = ""
    method: str = ""
    why: str = ""

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def __str__(self) -> str:
        if self.value is None:
            return f"{self.name}: {self.why or 'not defined'}"
        span = "" if self.low is None or self.high is None else f" (95 %: {self.low:.4g} … {self.high:.4g})"
        return f"{self.name} {self.value:.4g}{span}, n = {self.n:,}"


def measured(
    name: str, value: float, limits: tuple[float, float] | None, n: int, better: str = "", method: str = ""
) -> Measured:
    """Return a `Measured`; numbers that are not finite become None, with the reason.

    Args:
        name: Of the measure.
        value: May be NaN.
        limits: Low and high end of the 95 % interval, or None.
        n: Rows behind it.
        better: `higher`, `lower` or empty.
        method: Of the interval.
    """
    if not math.isfinite(value):
        return Measured(name, None, n=n, better=better, why="not defined on these rows")
    if limits is None or not all(map(math.isfinite, limits)):
        return Measured(name, float(value), n=n, better=better)
    return Measured(name, float(value), float(limits[0]), float(limits[1]), n, better, method)


def undefined(name: str, why: str, n: int = 0, better: str = "") -> Measured:
    """Return a measure without a value, and the reason."""
    return Measured(name, None, n=n, better=better, why=why)
