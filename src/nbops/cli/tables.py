"""Tables and values as a terminal shows them."""

from __future__ import annotations

import shutil
import sys
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from nbops.widgets.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDEST, _NARROWEST, _UNKNOWN = 60, 8, "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return aligned columns; numbers stand to the right; on a terminal the widest columns give way first."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(title), *(len(row[i]) for row in cells), 0) for i, title in enumerate(head)]
    widths = _fitted([min(width, _WIDEST) for width in widths])
    right = [bool(rows) and all(_is_number(row[i]) or row[i] is None for row in rows) for i in range(len(head))]
    lines = [list(head), *cells]
    return "\n".join(_line(line, widths, right) for line in lines)


def facts(pairs: Sequence[tuple[str, Any]]) -> str:
    """Return one `name  value` line for each pair whose value says something."""
    told = [(name, _cell(value)) for name, value in pairs if value not in (None, "", (), [], {})]
    width = max((len(name) for name, _ in told), default=0)
    return "\n".join(f"{name:<{width}}  {text}" for name, text in told)


def figures(values: Mapping[str, Any]) -> str:
    """Return `name=value` words."""
    return " ".join(f"{visible(name)}={visible(_number(value))}" for name, value in values.items())


def moment(seconds: float | None) -> str:
    """Return a point in time as people write it, local time."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M") if seconds else _UNKNOWN


def ago(seconds: float | None) -> str:
    """Return how long ago a point in time is."""
    if not seconds:
        return _UNKNOWN
    past = max(0.0, time.time() - seconds)
    if past < _MINUTE:
        return "just now"
    if past < _HOUR:
        return f"{past // _MINUTE:.0f} min ago"
    if past < _DAY:
        return f"{past // _HOUR:.0f} h ago"
    return moment(seconds)


def span(seconds: float | None) -> str:
    """Return a duration."""
    if seconds is None:
        return _UNKNOWN
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
    return f"{seconds // _HOUR:.0f} h {seconds % _HOUR // _MINUTE:.0f} min"


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    parts = [
        _cut(text, width).rjust(width) if flush else _cut(text, width).ljust(width)
        for text, width, flush in zip(cells, widths, right, strict=True)
    ]
    return "  ".join(parts).rstrip()


def _fitted(widths: list[int]) -> list[int]:
    if not sys.stdout.isatty():
        return widths
    room = shutil.get_terminal_size().columns - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    return widths


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _cell(value: Any) -> str:
    if value is None:
        return _UNKNOWN
    return visible(" ".join(_number(value).split()))


def _number(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
