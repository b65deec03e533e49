"""Drift reports with limits calibrated on the reference itself, and watches that keep them."""

from __future__ import annotations

from nbops.monitoring.drift import drift
from nbops.monitoring.report import ColumnDrift, DriftReport, Side, WindowDrift

__all__ = ["ColumnDrift", "DriftReport", "Side", "WindowDrift", "drift"]
