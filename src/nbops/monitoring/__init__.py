"""Drift and performance reports that know how sure they are, and watches that keep them."""

from __future__ import annotations

from nbops.monitoring.judging.drift import drift
from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side, WindowDrift
from nbops.monitoring.performance.add_performance import add_performance
from nbops.monitoring.performance.estimate_performance import estimate_performance
from nbops.monitoring.performance.report import PerformanceReport
from nbops.monitoring.watching.watch import Watch, watch

__all__ = [
    "ColumnDrift", "DriftReport", "PerformanceReport", "Side", "Watch", "WindowDrift", "add_performance", "drift",
    "estimate_performance", "watch",
]  # fmt: skip
