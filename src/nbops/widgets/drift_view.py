"""A drift report: which data was held against which, what moved, and by how much against its limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nbops.widgets.markup import Markup, tag, together
from nbops.widgets.phrases import aligned, counted, number
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import GREEN, LINE, RED, STRONG, folded, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from nbops.monitoring.drift import DriftReport

_WIDTH, _SCALE, _TEXT_BAR = 120, 2.0, 10
_TOLD, _SHOWN = 6, 12


def drift_view(report: DriftReport) -> Rendering:
    """Show *report*, columns that moved first, each statistic as a bar whose mark is its threshold."""
    ordered = sorted(report.columns.items(), key=lambda item: (not item[1].drifted, -_ratio(item[1])))
    moved = [(name, column) for name, column in ordered if column.drifted]
    header = f"{_described(report.reference)} → {_described(report.current)}"
    answer = _answer(len(moved), len(ordered))
    sentences = [str(column.sentence) for _, column in moved[:_TOLD] if column.sentence]
    rows = [[state_sign(_state(c)), str(n), str(c.role or ""), _text_bar(c), _against(c)] for n, c in ordered[:_SHOWN]]
    text = [f"{state_sign(report.state)} {report.state}: {answer}", header]
    text += [aligned([["", "column", "role", "statistic / limit", ""], *rows])]
    text += [f"… and {len(ordered) - _SHOWN} more columns"] if len(ordered) > _SHOWN else []
    head = together(state_dot(report.state), " ", tag("span", report.state, style=STRONG), f" {answer}")
    html = framed(
        tag("div", head),
        tag("div", quiet(header)),
        *(tag("div", sentence) for sentence in sentences),
        folded(quiet("columns"), _table(ordered), opened=bool(moved)),
    )
    return Rendering("\n".join([*text, *(f"  {sentence}" for sentence in sentences)]), html)


def _answer(moved: int, all_columns: int) -> str:
    if moved:
        return f"{moved} of {counted(all_columns, 'column')} moved beyond what the reference itself does"
    return f"none of {counted(all_columns, 'column')} moved beyond what the reference itself does"


def _described(side: Any) -> str:
    parts = [str(_field(side, "name") or "data")]
    rows = _field(side, "rows")
    parts += [counted(int(rows), "row")] if rows is not None else []
    dates = " to ".join(dict.fromkeys(str(day)[:10] for day in (_dates(side)) if day))
    parts += [dates] if dates else []
    return f"{parts[0]} ({', '.join(parts[1:])})" if len(parts) > 1 else parts[0]


def _dates(side: Any) -> tuple[Any, Any]:
    return _field(side, "start") or _field(side, "from"), _field(side, "end") or _field(side, "to")


def _table(columns: list[tuple[str, Any]]) -> Markup:
    heads: list[tuple[object, bool]] = [("column", False), ("role", False), ("", False)]
    heads += [("statistic", True), ("limit", True), ("measure", False)]
    return table(
        heads,
        [
            [
                together(state_dot(_state(column)), " ", tag("span", name, style=STRONG if column.drifted else "")),
                quiet(str(column.role or "")),
                _bar(column),
                _number(column.statistic),
                _number(column.threshold),
                quiet(str(column.measure or column.kind or "")),
            ]
            for name, column in columns
        ],
    )


def _bar(column: Any) -> Markup:
    """Draw the statistic as a share of twice its limit, with a mark where the limit is."""
    ratio = _ratio(column)
    width = round(min(ratio / _SCALE, 1.0) * _WIDTH)
    color = RED if column.drifted else GREEN
    track = f"display:inline-block;position:relative;width:{_WIDTH}px;height:8px;border-radius:4px;background:{LINE}"
    fill = f"display:block;width:{width}px;height:8px;border-radius:4px;background:{color}"
    place = round(_WIDTH / _SCALE)
    mark = f"position:absolute;left:{place}px;top:-3px;width:2px;height:14px;background:currentColor;opacity:.7"
    told = f"{ratio:.2g} times the limit"
    return tag("span", tag("span", style=fill), tag("span", style=mark, title="limit"), style=track, title=told)


def _text_bar(column: Any) -> str:
    filled = round(min(_ratio(column) / _SCALE, 1.0) * _TEXT_BAR)
    middle = _TEXT_BAR // 2
    cells = "█" * filled + "·" * (_TEXT_BAR - filled)
    return f"{cells[:middle]}|{cells[middle:]}"


def _against(column: Any) -> str:
    return f"{_number(column.statistic)} / {_number(column.threshold)}"


def _ratio(column: Any) -> float:
    statistic, threshold = column.statistic, column.threshold
    if statistic is None or threshold is None or math.isnan(statistic) or math.isnan(threshold):
        return 0.0
    return statistic / threshold if threshold > 0 else (_SCALE if statistic > 0 else 0.0)


def _state(column: Any) -> str:
    if column.drifted:
        return "alert"
    return "unknown" if column.statistic is None or column.threshold is None else "ok"


def _number(value: float | None) -> str:
    return "" if value is None or math.isnan(value) else number(value)


def _field(side: Any, name: str) -> Any:
    return side.get(name) if isinstance(side, dict) else getattr(side, name, None)
