"""Drift reports with limits calibrated on the reference itself, and watches that keep them."""

from __future__ import annotations

from nbops.monitoring.add_performance import add_performance
from nbops.monitoring.drift import drift
from nbops.monitoring.report import ColumnDrift, DriftReport, Side, WindowDrift
from nbops.monitoring.watch import Watch, watch

__all__ = ["ColumnDrift", "DriftReport", "Side", "Watch", "WindowDrift", "add_performance", "drift", "watch"]
