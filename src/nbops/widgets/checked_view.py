"""Data held against a contract: every violation, those that block first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import Markup, tag, together
from nbops.widgets.phrases import aligned, counted
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, CHIP, LINE, RED, STRONG, folded, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from nbops.contracts.violation import Checked, Violation

_SHOWN, _MOST, _WIDTH = 20, 200, 80


def checked_view(checked: Checked) -> Rendering:
    """Show *checked*."""
    return Rendering(_text(checked), framed(*_html(checked)))


def _text(checked: Checked) -> str:
    lines = [f"{state_sign(checked.state)} {checked.state}: {checked.summary}"]
    shown = checked.violations[:_SHOWN]
    if shown:
        lines.append(aligned([[_sign(one), one.rule, one.sentence] for one in shown]))
    more = len(checked.violations) - len(shown)
    lines += [f"… and {counted(more, 'more violation')}"] if more else []
    return "\n".join([*lines, *(f"  · {note}" for note in checked.notes)])


def _html(checked: Checked) -> list[Markup | None]:
    state = tag("span", checked.state, style=STRONG)
    rows = [_row(one) for one in checked.violations[:_MOST]]
    heads: list[tuple[object, bool]] = [
        ("", False),
        ("rule", False),
        ("what is wrong", False),
        ("rows", True),
        ("", False),
    ]
    found = table(heads, rows) if rows else None
    return [
        tag("div", together(state_dot(checked.state), " ", state, " ", checked.summary)),
        folded(quiet(counted(len(rows), "violation")), found, opened=True) if rows else None,
        *(tag("div", quiet(f"· {note}")) for note in checked.notes),
    ]


def _row(one: Violation) -> list[object]:
    color = RED if one.blocks else AMBER
    mark = tag("span", "●", style=f"color:{color}", title=f"{one.enforce}s")
    return [
        together(mark, " ", quiet(one.enforce)), tag("span", one.rule, style=CHIP), one.sentence,
        f"{one.count:,}" if one.rows else "", _bar(one, color),
    ]  # fmt: skip


def _bar(one: Violation, color: str) -> Markup | None:
    if not one.rows:
        return None
    width = max(1, round(min(one.share, 1.0) * _WIDTH))
    track = f"display:inline-block;width:{_WIDTH}px;height:8px;border-radius:4px;background:{LINE}"
    fill = f"display:block;width:{width}px;height:8px;border-radius:4px;background:{color}"
    return tag("span", tag("span", style=fill), style=track, title=f"{one.share:.2%}")


def _sign(one: Violation) -> str:
    return "✗" if one.blocks else "!"
