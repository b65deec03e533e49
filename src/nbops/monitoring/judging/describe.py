"""A drift report in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import DriftReport

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
        told = "" if column.statistic is None or column.threshold is None else (
            f" [{column.measure} {column.statistic:.3g}, limit {column.threshold:.3g}]"
        )  # fmt: skip
        lines.append(f"  {column.sentence}{told}")
    if len(moved) > _SHOWN:
        lines.append(f"  … and {len(moved) - _SHOWN} more columns")
    lines += [f"  note: {note}" for note in report.notes]
    return "\n".join([*lines, f"  {report.method}"] if report.method else lines)
