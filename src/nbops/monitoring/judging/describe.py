"""A drift report in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.monitoring.judging.given_limits import YOURS
from nbops.monitoring.judging.statistics import CRAMER, PSI, SHIFT

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import ColumnDrift, DriftReport

_SHOWN = 12
_PLURAL = {"feature": "features", "prediction": "predictions", "label": "labels", "performance": "performance"}


def describe(report: DriftReport) -> str:
    """Return *report* as a few lines of text, beginning with `reference → current`."""
    state = f"{report.state} (provisional)" if report.provisional else report.state
    lines = [f"{report.reference} → {report.current}: {state}"]
    moved = [column for column in report.columns.values() if column.drifted]
    roles = [
        f"{_PLURAL[role]} moved ({len(names)})" if names else f"{_PLURAL[role]} did not move"
        for role, names in report.moved.items()
    ]
    lines += ["  " + ", ".join(roles)] if roles else []
    lines += [
        f"  {one.family}: {one.observed} of {one.windows} windows beyond the limit (healthy: up to {one.expected})"
        for one in report.questions
        if one.observed is not None
    ]
    for column in moved[:_SHOWN]:
        lines.append(f"  {column.sentence}{_measured(column)}")
    if len(moved) > _SHOWN:
        lines.append(f"  … and {len(moved) - _SHOWN} more columns")
    lines += [f"  {report.separation}"] if report.separation is not None else []
    lines += [f"  note: {note}" for note in report.notes]
    lines += [f"  {report.method}"] if report.method else []
    return "\n".join([*lines, f"  promise: {report.promise}"] if report.promise else lines)


def _measured(column: ColumnDrift) -> str:
    """Put the statistic that decided, whose limit it was held against, and two that people know beside a sentence."""
    if column.statistic is None:
        return ""
    limit = "" if column.threshold is None else (
        f", {'your ' if column.limit == YOURS else ''}limit {column.threshold:.3g}"
    )  # fmt: skip
    known = [name for name in (PSI, SHIFT, CRAMER) if name in column.statistics and name != column.measure][:2]
    rest = "".join(f"; {name} {column.statistics[name]:.2g}" for name in known)
    return f" [{column.measure} {column.statistic:.3g}{limit}{rest}]"
