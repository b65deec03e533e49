"""Runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.markup import Markup, tag, together
from nbops.widgets.phrases import aligned, number, short
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import CODE, MONO, STRONG, folded, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from nbops.recording.compare import Comparison, Row
    from nbops.recording.run import Run


def comparison_view(comparison: Comparison) -> Rendering:
    """Show one column a run: its metrics, and whatever else differs; the difference of the code folded below."""
    names = [f"{state_sign(run.status)} {short(run.name or '–', 30)} ({run.id[:8]})" for run in comparison.runs]
    lines = [[row.topic, row.name, *(_shown(value) for value in row.values)] for row in comparison.rows]
    text = aligned([["", "", *names], *_without_repeats(lines)])
    code = comparison.code or "the code is the same"
    return Rendering(f"{text}\n{code}", framed(_table(comparison), _code(comparison.code)))


def _table(comparison: Comparison) -> Markup:
    heads: list[tuple[object, bool]] = [("", False), ("", False), *((_head(run), False) for run in comparison.runs)]
    topics = _without_repeats([[row.topic] for row in comparison.rows])
    rows: list[list[object]] = [
        [quiet(topic), row.name, *_cells(row)] for (topic,), row in zip(topics, comparison.rows, strict=True)
    ]
    return table(heads, rows)


def _head(run: Run) -> Markup:
    return together(
        state_dot(run.status),
        " ",
        short(run.name or "–", 30),
        " ",
        tag("span", run.id[:8], style=f"{MONO};font-weight:400"),
    )


def _cells(row: Row) -> list[object]:
    return [tag("span", _shown(value), style=STRONG) if row.differs else _shown(value) for value in row.values]


def _code(code: str) -> Markup:
    if not code:
        return quiet("the code is the same")
    return folded(quiet("what differs in the code"), tag("pre", code, style=CODE))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    return number(value) if isinstance(value, float) else short(value, 32)


def _without_repeats(rows: list[list[str]]) -> list[list[str]]:
    """Leave the first value out where the row above has the same."""
    shown: list[list[str]] = []
    former = None
    for first, *rest in rows:
        shown.append(["" if first == former else first, *rest])
        former = first
    return shown
