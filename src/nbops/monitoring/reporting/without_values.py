"""A report in which some columns tell no value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbops.monitoring.judging.report import ColumnDrift, DriftReport


def without_values(report: DriftReport, hidden: Collection[str]) -> DriftReport:
    """Return *report* with the sentences of the columns *hidden* replaced by ones that tell how far, and not what."""
    columns = {name: _silent(one) if name in hidden else one for name, one in report.columns.items()}
    return replace(report, columns=columns)


def _silent(column: ColumnDrift) -> ColumnDrift:
    if column.statistic is None or column.threshold is None:
        told = column.finding or "not judged"
    else:
        told = f"{column.measure or 'statistic'} {column.statistic:.3g}, limit {column.threshold:.3g}"
    return replace(column, sentence=f"{column.name}: {told} (its values are not shown)")
