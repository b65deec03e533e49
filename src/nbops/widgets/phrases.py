"""Numbers, times and lists in few characters."""

from __future__ import annotations

import math
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbops.readiness.sizes import in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LONGEST = 60


def number(value: float) -> str:
    """Return *value* as a person would write it: thousands grouped, four significant digits after that."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, int) or (math.isfinite(value) and value == int(value) and abs(value) < 1e9):  # noqa: PLR2004 # above, digits say nothing
        return f"{int(value):,}"
    return f"{value:.4g}"


def short(value: Any, longest: int = _LONGEST) -> str:
    """Return any JSON value in at most *longest* characters, on one line."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    text = " ".join(str(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def took(seconds: float) -> str:
    """Return a duration coarsely, so that running a cell again seldom changes what is saved."""
    if seconds < 1:
        return "< 1 s"
    if seconds < 60:  # noqa: PLR2004 # a minute
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:  # noqa: PLR2004 # an hour
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def needed(resources: Mapping[str, Any]) -> str:
    """Return the processor time and memory that a run needed, as far as they are known."""
    cpu, peak = resources.get("cpu_seconds"), resources.get("peak_bytes")
    told = [
        f"{cpu:.1f} s of processor time" if cpu is not None else "",
        f"{in_bytes(peak)} of memory" if peak else "",
    ]
    return ", ".join(filter(None, told))


def moment(when: float | str | None) -> str:
    """Return a point in time, in the reader's zone; the same moment always reads the same."""
    if when is None or when == "":
        return ""
    try:
        stamp = float(when)
    except ValueError:
        stamp = datetime.fromisoformat(str(when)).timestamp()
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(stamp))


def counted(amount: int, noun: str) -> str:
    """Return `1 run`, `3 runs`, `2 entries`."""
    if amount == 1:
        return f"1 {noun}"
    return f"{amount:,} {noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{amount:,} {noun}s"


def listed(words: Iterable[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`."""
    *before, last = [*words] or [""]
    return f"{', '.join(before)} and {last}" if before else last


def pairs(values: Mapping[str, Any], most: int, sign: str = "=") -> list[str]:
    """Return the first *most* of *values* as `name=value`, and how many more there are."""
    shown = [f"{name}{sign}{short(value, 24)}" for name, value in list(values.items())[:most]]
    return shown + ([f"+{len(values) - most} more"] if len(values) > most else [])


def aligned(rows: list[list[str]]) -> str:
    """Return *rows* as lines whose columns stand below each other."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))] if rows else []
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
