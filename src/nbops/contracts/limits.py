"""Shares, lengths of time and ranges as people write them."""

from __future__ import annotations

import math
import re

_SHARE = re.compile(r"(?:<=|≤)?\s*(\d+(?:\.\d*)?|\.\d+)\s*(%?)")
_SPAN = re.compile(r"(\d+(?:\.\d*)?)\s*(s|min|h|d|D|w|W)")
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_SURE = 2.576  # standard deviations of the two-sided 99 % limit
_STEPS = (1, 2, 5, 10)
_FINE = 20
_SPANS = ("1h", "2h", "6h", "12h", "1d", "2d", "3d", "7d", "14d", "30d")


def read_share(told: object) -> float | None:
    """Return the share that `"<= 0.5%"`, `"1%"`, `0.01` or 0 means, from 0 to 1; None where it is none."""
    if isinstance(told, bool):
        return None
    if isinstance(told, int | float):
        return float(told) if 0 <= told <= 1 else None
    found = _SHARE.fullmatch(told.strip()) if isinstance(told, str) else None
    if not found:
        return None
    share = float(found[1]) / (100 if found[2] else 1)
    return share if share <= 1 else None


def share_text(share: float) -> str | int:
    """Return *share* as a contract writes it: 0, or `<= 0.5%`."""
    return f"<= {percent(share)}" if share else 0


def percent(share: float) -> str:
    """Return *share* in per cent, with two significant digits where it is small."""
    value = share * 100
    return f"{value:.0f}%" if value >= 10 and value == round(value) else f"{value:.3g}%"  # noqa: PLR2004 # two digits


def read_span(told: object) -> float | None:
    """Return the seconds that `2h`, `30min`, `1d` or `1W` means; None where it is no length of time."""
    found = _SPAN.fullmatch(told.strip()) if isinstance(told, str) else None
    length = float(found[1]) * _SECONDS[found[2].lower()] if found else 0.0
    return length if 0 < length < math.inf else None


def span_text(seconds: float) -> str:
    """Return *seconds* in the largest unit that needs no fraction."""
    for unit in ("w", "d", "h", "min"):
        if seconds >= _SECONDS[unit] and seconds % _SECONDS[unit] == 0 and (unit != "w" or seconds > _SECONDS["w"]):
            return f"{seconds / _SECONDS[unit]:g}{unit}"
    return f"{seconds:g}s"


def readable_span(seconds: float) -> float | None:
    """Return the next round length of time above *seconds*; None above a month."""
    return next((length for one in _SPANS if (length := read_span(one)) is not None and length >= seconds), None)


def allowed(share: float, rows: int) -> int:
    """Return how many of *rows* may break a rule with the limit *share*: none for 0, else at least one."""
    return max(1, math.floor(share * rows + 1e-9)) if share > 0 else 0


def wilson(count: float, rows: float) -> float:
    """Return the upper 99 % limit of a share of which *count* in *rows* were seen.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    if not rows:
        return 1.0
    share, z2 = count / rows, _SURE**2
    middle = share + z2 / (2 * rows)
    spread = _SURE * math.sqrt(share * (1 - share) / rows + z2 / (4 * rows**2))
    return min(1.0, (middle + spread) / (1 + z2 / rows))


def likely_share(count: int, rows: int) -> float:
    """Return a readable share that another sample of the same size will hardly exceed.

    That is Wilson's limit for half as many rows: the difference of two samples varies twice as much as one.
    """
    return readable_share(wilson(count / 2, rows / 2))


def readable_share(share: float) -> float:
    """Return the next readable share above: 1, 2 or 5 times a power of ten up to 10 %, then whole tenths."""
    if share <= 0:
        return 0.0
    if share > 0.1:  # noqa: PLR2004 # a tenth
        return min(1.0, math.ceil(share * 10 - 1e-9) / 10)
    power = 10.0 ** math.floor(math.log10(share))
    return float(f"{next(step for step in _STEPS if step * power >= share - 1e-12) * power:.6g}")


def readable_range(low: float, high: float, *, whole: bool) -> tuple[float | int, float | int]:
    """Return the next round numbers outwards of *low* and *high*; the step is about a twentieth of the width."""
    width = high - low or max(abs(high), 1.0)
    power = 10.0 ** math.floor(math.log10(width / _FINE))
    step = next(one * power for one in _STEPS if one * power >= width / _FINE - 1e-300)
    step = max(step, 1.0) if whole else step
    ends = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return _plain(ends[0], whole=whole), _plain(ends[1], whole=whole)


def readable_count(rows: float, *, up: bool) -> int:
    """Return *rows* with one significant digit, rounded up or down; at least one."""
    power = int(10 ** int(math.log10(max(rows, 1))))
    return max(1, (math.ceil(rows / power - 1e-9) if up else math.floor(rows / power + 1e-9)) * power)


def _plain(value: float, *, whole: bool) -> float | int:
    value = float(f"{value:.12g}")
    return int(value) if whole or (value.is_integer() and abs(value) < 1e15) else value  # noqa: PLR2004 # exact in a float
