"""One report beyond its limit may be chance; a second one hardly ever is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.report import ALERT, WARN

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAST, _OF = 5, 3


def climb(found: str, before: Sequence[str]) -> tuple[str, str]:
    """Return the state after *found*, and why it is higher than that; empty where it is not.

    A `warn` becomes an `alert` when the report before it was one too (2 of 2), or two of the four before it (3 of 5).
    Of healthy data, where at most one report in twenty warns, fewer than one pair in four hundred does.

    Args:
        found: What the latest report says by itself.
        before: What earlier reports said by themselves, oldest first.
    """
    if found != WARN:
        return found, ""
    high = [state in {WARN, ALERT} for state in before]
    if high[-1:] == [True]:
        return ALERT, "the second report in a row beyond its limits"
    if sum(high[-(_LAST - 1) :]) >= _OF - 1:
        return ALERT, "three of the last five reports are beyond their limits"
    return WARN, ""
