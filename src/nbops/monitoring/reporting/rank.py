"""Which column matters most."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import ColumnDrift, DriftReport

_ALL = 2.0


def rank(report: DriftReport) -> list[ColumnDrift]:
    """Return the columns of *report*: those that drifted first, each group by distance from its limit."""
    return sorted(report.columns.values(), key=lambda column: (not column.drifted, -ratio(column)))


def ratio(column: ColumnDrift) -> float:
    """Return how many times its limit the statistic of *column* is; 0 where it could not be judged."""
    statistic, threshold = column.statistic, column.threshold
    if statistic is None or threshold is None or math.isnan(statistic) or math.isnan(threshold):
        return 0.0
    return statistic / threshold if threshold > 0 else (_ALL if statistic > 0 else 0.0)
