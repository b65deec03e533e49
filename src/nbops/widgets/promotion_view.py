"""What a promotion made: verified or not, what was compared, and every cell with the reason why it stays or goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbops.widgets.markup import Markup, separated, tag, together
from nbops.widgets.phrases import counted, short
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, CHIP, CODE, GREEN, MONO, RED, STRONG, dot, folded, framed, quiet, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.pipelines.promoted_cell import PromotedCell
    from nbops.pipelines.promotion import Promotion
    from nbops.pipelines.verifying.comparison import Comparison


def promotion_view(promotion: Promotion, *, explain: bool = False) -> Rendering:
    """Show *promotion*.

    Args:
        promotion: What `promote` answered.
        explain: Show every cell and every comparison at once instead of behind a line.
    """
    return Rendering(_text(promotion, explain=explain), framed(*_html(promotion, explain=explain)))


def _text(promotion: Promotion, *, explain: bool) -> str:
    lines = [f"{_near(promotion.notebook)}: {_answer(promotion)} ({promotion.verdict})"]
    lines += [f"  {counted(len(promotion.kept), 'cell')} kept, {len(promotion.dropped)} left out"]
    lines += [f"  parameters: {', '.join(map(_parameter, promotion.parameters))}"] if promotion.parameters else []
    lines += [f"  could be parameters: {', '.join(promotion.candidates)}"] if promotion.candidates else []
    if explain:
        lines += [f"  + [{_count(cell)}] {cell.reason}: {_first(cell)}" for cell in promotion.kept]
        lines += [f"  - [{_count(cell)}] {cell.reason}: {_first(cell)}" for cell in promotion.dropped]
    return "\n".join(lines + [f"  ! {caution}" for caution in promotion.cautions])


def _html(promotion: Promotion, *, explain: bool) -> list[Markup | None]:
    color = GREEN if promotion.verified else AMBER
    badge = f"border:1px solid {color};border-radius:9px;padding:0 8px;white-space:nowrap"
    path = tag("span", _near(promotion.notebook), style=f"{STRONG};{MONO}")
    return [
        tag("div", tag("span", dot(color), f" {_answer(promotion)}", style=badge), " ", path),
        tag("div", promotion.verdict),
        _chips("parameters", [_parameter(entry) for entry in promotion.parameters]),
        _chips("could be parameters", list(promotion.candidates)),
        *(tag("div", "⚠ ", caution) for caution in promotion.cautions),
        _compared(promotion.comparisons, opened=explain),
        _cells("kept", promotion.kept, opened=explain),
        _cells("left out", promotion.dropped, opened=explain),
    ]


def _answer(promotion: Promotion) -> str:
    return "verified" if promotion.verified else "not verified"


def _near(path: str | Path) -> str:
    """Return *path* as seen from here, or its end, so that what is saved says nothing about the machine."""
    whole, here = Path(path), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else "/".join(whole.parts[-2:])


def _chips(label: str, words: list[str]) -> Markup | None:
    chips = separated((tag("span", word, style=CHIP) for word in words), " ")
    return tag("div", quiet(f"{label} "), chips) if words else None


def _parameter(entry: dict[str, Any]) -> str:
    kind = f": {entry['type']}" if entry.get("type") else ""
    return f"{entry['name']}{kind} = {short(repr(entry.get('default')), 40)}"


def _compared(comparisons: Sequence[Comparison], *, opened: bool) -> Markup | None:
    if not comparisons:
        return None
    rows: list[list[object]] = [
        [together(dot(GREEN if one.equal else RED), " ", one.what), short(one.captured, 24), short(one.fresh, 24)]
        for one in comparisons
    ]
    heads: list[tuple[object, bool]] = [("compared", False), ("captured", True), ("fresh kernel", True)]
    return folded(f"{counted(len(comparisons), 'value')} compared", table(heads, rows), opened=opened)


def _cells(label: str, cells: Sequence[PromotedCell], *, opened: bool) -> Markup | None:
    shown = [
        together(
            tag("div", quiet(f"In [{_count(cell)}] "), cell.reason), tag("pre", cell.source.strip("\n"), style=CODE)
        )
        for cell in cells
    ]
    return folded(f"{counted(len(cells), 'cell')} {label}", *shown, opened=opened) if cells else None


def _first(cell: PromotedCell) -> str:
    lines = [line for line in cell.source.splitlines() if line.strip()]
    return short(lines[0], 60) + (" …" if len(lines) > 1 else "") if lines else ""


def _count(cell: PromotedCell) -> str:
    return " " if cell.count is None else str(cell.count)
