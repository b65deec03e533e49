"""A drift report: which data was held against which, what moved, and by how much against its limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbops.capture.secrets.private_columns import is_private_column
from nbops.markup import Markup, tag, together
from nbops.monitoring.reporting.figures import figures
from nbops.monitoring.reporting.heat_strip import heat_strip
from nbops.monitoring.reporting.rank import rank, ratio
from nbops.widgets.phrases import aligned, counted, listed, number
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import (
    GREEN,
    LINE,
    NOWRAP,
    QUIET,
    RED,
    STRONG,
    folded,
    framed,
    quiet,
    state_dot,
    state_sign,
    table,
)

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side

_WIDTH, _SCALE, _TEXT_BAR = 120, 2.0, 10
_TOLD, _SHOWN, _MOST = 5, 12, 200
_PLURAL = {"feature": "features", "prediction": "predictions", "label": "labels", "performance": "performance"}


def drift_view(report: DriftReport) -> Rendering:
    """Show *report*, columns that moved first, each statistic as a bar whose mark is its limit."""
    columns = rank(report)
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
    drawn, names = _drawn(report)
    untold = [one for one in moved if one.name not in names and one.sentence]
    more = len(untold) - _TOLD
    return [
        tag("div", together(state_dot(report.state), " ", state, " ", _answer(report)), provisional),
        tag("div", quiet(f"{_side(report.reference)} → {_side(report.current)}")),
        tag("div", str(report.separation)) if report.separation is not None else None,
        *(tag("div", "⚠ ", note) for note in report.notes),
        heat_strip(report.windows),
        drawn if moved else None,
        *(tag("div", one.sentence) for one in untold[:_TOLD]),
        tag("div", quiet(f"and {counted(more, 'more column')}")) if more > 0 else None,
        tag("div", quiet(f"promise: {report.promise}")) if report.promise else None,
        folded(
            quiet(counted(len(columns), "column")),
            None if moved else drawn,
            _table(columns),
            quiet(report.method),
            opened=bool(moved),
        ),
    ]


def _drawn(report: DriftReport) -> tuple[Markup | None, tuple[str, ...]]:
    """Draw the columns that matter most, where the report still has both profiles."""
    if report.profiles is None:
        return None, ()
    hidden = [name for name in report.columns if is_private_column(name)]
    return figures(report, *report.profiles, hidden)


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
        tag("div", state_dot(_state(column)), " ", name, style="padding-left:1.1em;text-indent:-1.1em"),
        quiet(column.role),
        _bar(column),
        _number(column.statistic),
        together(_number(column.threshold), quiet(" yours") if column.limit == "yours" else ""),
        tag("span", column.measure or column.finding or "", style=f"{QUIET};{NOWRAP}"),
    ]


def _bar(column: ColumnDrift) -> Markup | None:
    """Draw the statistic as a share of twice its limit, with a mark where the limit is."""
    if column.statistic is None or column.threshold is None:
        return None
    times = ratio(column)
    width = round(min(times / _SCALE, 1.0) * _WIDTH)
    track = f"display:inline-block;position:relative;width:{_WIDTH}px;height:8px;border-radius:4px;background:{LINE}"
    fill = f"display:block;width:{width}px;height:8px;border-radius:4px;background:{RED if column.drifted else GREEN}"
    mark = f"position:absolute;left:{round(_WIDTH / _SCALE)}px;top:-3px;width:2px;height:14px;"
    limit = tag("span", style=f"{mark}background:currentColor;opacity:.7")
    return tag("span", tag("span", style=fill), limit, style=track, title=f"{times:.2g} times the limit")


def _text_bar(column: ColumnDrift) -> str:
    if column.statistic is None or column.threshold is None:
        return column.finding or ""
    filled = round(min(ratio(column) / _SCALE, 1.0) * _TEXT_BAR)
    cells = "█" * filled + "·" * (_TEXT_BAR - filled)
    return f"{cells[: _TEXT_BAR // 2]}|{cells[_TEXT_BAR // 2 :]}"


def _against(column: ColumnDrift) -> str:
    judged = column.statistic is not None and column.threshold is not None
    return f"{_number(column.statistic)} / {_number(column.threshold)}" if judged else ""


def _state(column: ColumnDrift) -> str:
    if column.drifted:
        return "alert"
    return "unknown" if column.statistic is None or column.threshold is None else "ok"


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else number(value)
