"""Drift reports with limits calibrated on the reference itself, and watches that keep them."""

from __future__ import annotations

from nbops.monitoring.add_performance import add_performance
from nbops.monitoring.judging.drift import drift
from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side, WindowDrift
from nbops.monitoring.watching.watch import Watch, watch

__all__ = ["ColumnDrift", "DriftReport", "Side", "Watch", "WindowDrift", "add_performance", "drift", "watch"]
