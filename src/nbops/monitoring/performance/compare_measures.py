"""The same measures on two datasets that share no row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.intervals import of_difference, z_of
from nbops.measures.measured import HIGHER
from nbops.monitoring.performance.report import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.measures.measured import Measured

WARNED, ALERTED = 0.05, 0.01


def compare_measures(
    current: Sequence[Measured], reference: Sequence[Measured], tolerance: float = 0.0
) -> tuple[Change, ...]:
    """Hold *current* against *reference*: of healthy data at most 5 % have any measure called worse (Bonferroni).

    Args:
        current: With intervals; what has none is not compared.
        reference: The same.
        tolerance: Share of the reference's value by which a measure may be worse.
    """
    before = {one.name: one for one in reference}
    pairs = [(now, before[now.name]) for now in current if now.name in before]
    pairs = [(now, then) for now, then in pairs if _known(now) and _known(then)]
    directed = sum(bool(now.better) for now, _ in pairs) or 1
    return tuple(_change(now, then, directed, tolerance) for now, then in pairs)


def is_worse(now: Measured, then: Measured, level: float, tolerance: float = 0.0) -> bool:
    """Say whether *now* is worse than *then* by more than the tolerance and chance, one-sided at *level*."""
    if not now.better or not _known(now) or not _known(then):
        return False
    low, high = of_difference(_triple(now), _triple(then), z_of(level))
    allowed = tolerance * abs(then.value or 0.0)
    return high < -allowed if now.better == HIGHER else low > allowed


def _change(now: Measured, then: Measured, questions: int, tolerance: float) -> Change:
    limits = of_difference(_triple(now), _triple(then))
    worse, surely = (is_worse(now, then, level / questions, tolerance) for level in (WARNED, ALERTED))
    value, before = now.value or 0.0, then.value or 0.0
    return Change(now.name, value, before, *limits, worse, surely)


def _known(one: Measured) -> bool:
    return one.value is not None and one.low is not None and one.high is not None


def _triple(one: Measured) -> tuple[float, float, float]:
    assert one.value is not None
    assert one.low is not None
    assert one.high is not None
    return one.value, one.low, one.high
