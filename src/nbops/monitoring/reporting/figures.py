"""The columns that matter most, drawn before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import GREEN, GREY, RED, Markup, tag, together
from nbops.monitoring.reporting.draw_shape import draw_shape, legend
from nbops.monitoring.reporting.rank import rank
from nbops.monitoring.reporting.shape import shape

if TYPE_CHECKING:
    from collections.abc import Collection

    from nbops.monitoring.judging.report import ColumnDrift, DriftReport
    from nbops.profiles.profile import Profile

MOST = 3


def figures(
    report: DriftReport, reference: Profile, current: Profile, hidden: Collection[str] = ()
) -> tuple[Markup | None, tuple[str, ...]]:
    """Return pictures of the three columns that matter most, and their names; of *hidden* ones no value is shown.

    Only columns that drifted are drawn where any did. One that cannot be drawn is told by its sentence.
    """
    columns = [one for one in rank(report) if one.role != "time"]
    columns = [one for one in columns if one.drifted] or [one for one in columns if one.statistic is not None]
    if not columns:
        return None, ()
    drawn = [_figure(one, reference, current, hidden=one.name in hidden) for one in columns[:MOST]]
    laid = tag("div", *drawn, style="display:flex;flex-wrap:wrap;gap:18px 28px;margin:8px 0")
    return tag("div", tag("div", legend(), style="font-size:.85em"), laid, style="margin:8px 0"), tuple(
        one.name for one in columns[:MOST]
    )


def _figure(column: ColumnDrift, reference: Profile, current: Profile, *, hidden: bool) -> Markup:
    before, now = reference.columns.get(column.name), current.columns.get(column.name)
    lies = shape(before, now) if before is not None and now is not None else None
    color = RED if column.drifted else GREY if column.statistic is None else GREEN
    head = together(tag("span", "●", style=f"color:{color}", **{"aria-hidden": "true"}), " ", tag("b", column.name))
    told = f" {column.role}" if column.role != "feature" else ""
    parts = [
        tag("div", head, tag("span", told, style="opacity:.72"), style="overflow-wrap:anywhere"),
        tag("div", _said(column), style="font-size:.9em;margin:1px 0 6px 0;overflow-wrap:anywhere"),
        draw_shape(lies, column.name, hidden=hidden) if lies is not None else None,
    ]
    if lies is not None and max(lies.missing) > 0:
        gone = " → ".join(f"{100 * share:.1f} %" for share in lies.missing)
        parts.append(tag("div", f"missing {gone}", style="font-size:.85em;opacity:.8;margin-top:4px"))
    return tag("div", *parts, style="flex:1 1 260px;max-width:300px;min-width:min(240px,100%)")


def _said(column: ColumnDrift) -> str:
    start = f"{column.name}: "
    return column.sentence.removeprefix(start)
