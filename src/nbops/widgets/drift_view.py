"""A drift report: which data was held against which, what moved, and by how much against its limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbops.widgets.markup import Markup, tag, together
from nbops.widgets.phrases import aligned, counted, listed, number
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, GREEN, LINE, RED, STRONG, folded, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side, WindowDrift

_WIDTH, _SCALE, _TEXT_BAR = 120, 2.0, 10
_TOLD, _SHOWN, _MOST = 5, 12, 200
_TALL, _WINDOWS = 28, 120
_PLURAL = {"feature": "features", "prediction": "predictions", "label": "labels", "performance": "performance"}


def drift_view(report: DriftReport) -> Rendering:
    """Show *report*, columns that moved first, each statistic as a bar whose mark is its limit."""
    columns = sorted(report.columns.values(), key=lambda column: (not column.drifted, -_ratio(column)))
    moved = [column for column in columns if column.drifted]
    return Rendering(_text(report, columns, moved), framed(*_html(report, columns, moved)))


def _text(report: DriftReport, columns: list[ColumnDrift], moved: list[ColumnDrift]) -> str:
    rows = [[state_sign(_state(one)), one.name, one.role, _text_bar(one), _against(one)] for one in columns[:_SHOWN]]
    lines = [
        f"{state_sign(report.state)} {report.state}: {_answer(report)}",
        f"{_side(report.reference)} → {_side(report.current)}",
    ]
    lines += [aligned([["", "column", "role", "statistic / limit", ""], *rows])] if rows else []
    lines += [f"… and {counted(len(columns) - _SHOWN, 'more column')}"] if len(columns) > _SHOWN else []
    lines += [f"  {one.sentence}" for one in moved[:_TOLD] if one.sentence]
    lines += [f"  {report.separation}"] if report.separation is not None else []
    lines += [f"  ! {note}" for note in report.notes]
    return "\n".join([*lines, f"  promise: {report.promise}"] if report.promise else lines)


def _html(report: DriftReport, columns: list[ColumnDrift], moved: list[ColumnDrift]) -> list[Markup | None]:
    provisional = quiet(" provisional: too few windows to calibrate on") if report.provisional else None
    state = tag("span", report.state, style=STRONG)
    more = len(moved) - _TOLD
    return [
        tag("div", together(state_dot(report.state), " ", state, " ", _answer(report)), provisional),
        tag("div", quiet(f"{_side(report.reference)} → {_side(report.current)}")),
        *(tag("div", one.sentence) for one in moved[:_TOLD] if one.sentence),
        tag("div", quiet(f"and {counted(more, 'more column')}")) if more > 0 else None,
        tag("div", str(report.separation)) if report.separation is not None else None,
        *(tag("div", "⚠ ", note) for note in report.notes),
        _windows(report.windows),
        tag("div", quiet(f"promise: {report.promise}")) if report.promise else None,
        folded(quiet(counted(len(columns), "column")), _table(columns), quiet(report.method), opened=bool(moved)),
    ]


def _side(side: Side) -> str:
    days = " to ".join(dict.fromkeys(moment[:10] for moment in (side.start, side.end) if moment))
    return f"{side.name} ({counted(side.rows, 'row')}{', ' if days else ''}{days})"


def _answer(report: DriftReport) -> str:
    moved = [_PLURAL[role] for role, names in report.moved.items() if names]
    still = [_PLURAL[role] for role, names in report.moved.items() if not names]
    columns = sum(map(len, report.moved.values()))
    if not moved:
        return f"{listed(still) or 'nothing'} did not move" if still else "nothing could be judged"
    rest = f", {listed(still)} did not" if still else ""
    return f"{listed(moved)} moved ({counted(columns, 'column')}){rest}"


def _table(columns: list[ColumnDrift]) -> Markup:
    heads: list[tuple[object, bool]] = [("column", False), ("role", False), ("", False)]
    heads += [("statistic", True), ("limit", True), ("measure", False)]
    return table(heads, [_row(column) for column in columns[:_MOST]])


def _row(column: ColumnDrift) -> list[object]:
    known = "\n".join([column.sentence, *(f"{name}: {value:.4g}" for name, value in column.statistics.items())])
    name = tag("span", column.name, style=STRONG if column.drifted else "", title=known)
    return [
        together(state_dot(_state(column)), " ", name),
        quiet(column.role),
        _bar(column),
        _number(column.statistic),
        together(_number(column.threshold), quiet(" yours") if column.limit == "yours" else ""),
        quiet(column.measure or column.finding or ""),
    ]


def _bar(column: ColumnDrift) -> Markup | None:
    """Draw the statistic as a share of twice its limit, with a mark where the limit is."""
    if column.statistic is None or column.threshold is None:
        return None
    ratio = _ratio(column)
    width = round(min(ratio / _SCALE, 1.0) * _WIDTH)
    track = f"display:inline-block;position:relative;width:{_WIDTH}px;height:8px;border-radius:4px;background:{LINE}"
    fill = f"display:block;width:{width}px;height:8px;border-radius:4px;background:{RED if column.drifted else GREEN}"
    mark = f"position:absolute;left:{round(_WIDTH / _SCALE)}px;top:-3px;width:2px;height:14px;"
    limit = tag("span", style=f"{mark}background:currentColor;opacity:.7")
    return tag("span", tag("span", style=fill), limit, style=track, title=f"{ratio:.2g} times the limit")


def _windows(windows: tuple[WindowDrift, ...]) -> Markup | None:
    """Draw one bar a window; the line across is the limit that one in twenty healthy windows exceeds."""
    shown = windows[-_WINDOWS:]
    if len(shown) < 2:  # noqa: PLR2004 # a single bar has nothing to stand beside
        return None
    bars = [tag("span", style=_pillar(one), title=f"{one.start}: {one.score:.2g}") for one in shown]
    frame = f"position:relative;display:inline-block;height:{_TALL}px;white-space:nowrap;border-bottom:1px solid {LINE}"
    line = f"position:absolute;left:0;right:0;bottom:{_TALL // 2}px;border-top:1px dashed currentColor;opacity:.5"
    beyond = sum(one.exceeded for one in shown)
    said = quiet(f" {beyond} of {counted(len(shown), 'window')} beyond the limit")
    return tag(
        "div", tag("span", *bars, tag("span", style=line), style=frame), said, style="margin:4px 0;max-width:100%"
    )


def _pillar(one: WindowDrift) -> str:
    tall = max(1, round(min(one.score / _SCALE, 1.0) * _TALL))
    color = AMBER if one.exceeded else GREEN
    return f"display:inline-block;width:5px;height:{tall}px;margin-right:1px;vertical-align:bottom;background:{color}"


def _text_bar(column: ColumnDrift) -> str:
    if column.statistic is None or column.threshold is None:
        return column.finding or ""
    filled = round(min(_ratio(column) / _SCALE, 1.0) * _TEXT_BAR)
    cells = "█" * filled + "·" * (_TEXT_BAR - filled)
    return f"{cells[: _TEXT_BAR // 2]}|{cells[_TEXT_BAR // 2 :]}"


def _against(column: ColumnDrift) -> str:
    judged = column.statistic is not None and column.threshold is not None
    return f"{_number(column.statistic)} / {_number(column.threshold)}" if judged else ""


def _ratio(column: ColumnDrift) -> float:
    statistic, threshold = column.statistic, column.threshold
    if statistic is None or threshold is None or math.isnan(statistic) or math.isnan(threshold):
        return 0.0
    return statistic / threshold if threshold > 0 else (_SCALE if statistic > 0 else 0.0)


def _state(column: ColumnDrift) -> str:
    if column.drifted:
        return "alert"
    return "unknown" if column.statistic is None or column.threshold is None else "ok"


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else number(value)
