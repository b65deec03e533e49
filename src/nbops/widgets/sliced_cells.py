"""Kept and dropped executions in the order in which they ran: code, what matters in it, why, and for whom."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from nbops.markup import Markup, tag, together
from nbops.widgets.code_lines import MARK, code_lines
from nbops.widgets.phrases import counted, short
from nbops.widgets.style import BLUE, CHIP, GREEN, GREY, MONO, NOWRAP, QUIET, SUMMARY, folded, quiet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbops.pipelines.promoted_cell import PromotedCell

_WORDS = re.compile(r"(`[^`]+`|\[#?\d+\])")
_MANY = 12
"""As many kept cells stand open; more are folded."""
_LONG = 12
"""As many lines of a cell are printed in a terminal."""


class Sliced(NamedTuple):
    """One execution of the list, and whether it stays."""

    cell: PromotedCell
    stays: bool


def sliced_cells(kept: Sequence[PromotedCell], dropped: Sequence[PromotedCell], *, key: str, opened: bool) -> Markup:
    """Return the list as HTML that folds without JavaScript.

    Args:
        kept: In the order in which they ran.
        dropped: In the order in which they ran.
        key: Makes anchors of this view differ from those of others on the page.
        opened: Show kept cells at once, unless there are many.
    """
    anchors = {called(cell): f"nbops-{key}-{place}" for place, cell in enumerate(kept)}
    show = opened and len(kept) <= _MANY
    parts: list[Markup] = []
    for stays, run in groupby(_in_order(kept, dropped), key=lambda item: item.stays):
        cells = [item.cell for item in run]
        if stays:
            parts += [_kept(cell, anchors, opened=show, last=cell is kept[-1]) for cell in cells]
        else:
            parts.append(_dropped(cells, anchors))
    return tag("div", *parts, style="margin-top:6px")


def sliced_text(kept: Sequence[PromotedCell], dropped: Sequence[PromotedCell]) -> list[str]:
    """Return the list as lines for a terminal: `+` stays, with its code; `-` goes, with its first line."""
    wide = max((len(called(cell)) for cell in (*kept, *dropped)), default=0)
    lines: list[str] = []
    for cell, stays in _in_order(kept, dropped):
        name = called(cell).rjust(wide)
        if not stays:
            lines.append(f"- {name} {cell.reason}: {first_line(cell.source)}")
            continue
        reasons = _reasons(cell)
        lines.append(f"+ {name} {reasons[0]}")
        lines += [f"  {' ' * wide} {reason}" for reason in reasons[1:]]
        lines += [f"  {' ' * wide} {line}" for line in _numbered(cell)]
    return lines


def annotated(sentence: str, anchors: Mapping[str, str] | None = None) -> Markup:
    """Return *sentence* with its names as code and its `[n]` as links to where that execution is shown."""
    return together(*(_word(part, anchors or {}) for part in _WORDS.split(sentence) if part))


def called(cell: PromotedCell) -> str:
    """Return how people call the execution: its `In [n]`, or its place in the session."""
    return f"[{cell.count}]" if cell.count is not None else f"[#{cell.index}]" if cell.index else "[ ]"


def first_line(source: str) -> str:
    """Return the first line of *source* that is not about tracking, and whether there are more."""
    lines = [line for line in source.splitlines() if line.strip()]
    said = [line for line in lines if not line.startswith("%%")] or lines
    return short(said[0].strip(), 60) + (" …" if len(said) > 1 else "") if said else ""


def _in_order(kept: Sequence[PromotedCell], dropped: Sequence[PromotedCell]) -> list[Sliced]:
    cells = [*(Sliced(cell, stays=True) for cell in kept), *(Sliced(cell, stays=False) for cell in dropped)]
    return sorted(cells, key=lambda item: item.cell.index or item.cell.count or 0)


def _reasons(cell: PromotedCell) -> list[str]:
    return [edge.text.removeprefix("kept: ") for edge in cell.edges] or [cell.reason]


def _numbered(cell: PromotedCell) -> Iterator[str]:
    lines = cell.source.strip("\n").split("\n")
    wanted = set(cell.lines)
    shown = range(1, len(lines) + 1)
    if len(lines) > _LONG:
        near = {number + step for number in wanted for step in (-1, 0, 1)} | {1, 2, 3}
        shown = sorted(number for number in near if 1 <= number <= len(lines))[:_LONG]  # type: ignore[assignment]
    last = 0
    for number in shown:
        if number > last + 1:
            yield "    ⋮"
        yield f"{MARK if number in wanted else ' '} {number:>2} {lines[number - 1]}"
        last = number
    if last < len(lines):
        yield f"    ⋮ {counted(len(lines) - last, 'more line')}"


def _kept(cell: PromotedCell, anchors: Mapping[str, str], *, opened: bool, last: bool) -> Markup:
    chip = _chip("target", BLUE) if last else _chip("kept", GREEN)
    summary = together(_name(cell), " ", chip, " ", tag("span", first_line(cell.source), style=f"{MONO};{QUIET}"))
    reasons = [tag("li", annotated(reason, anchors), style="margin:0") for reason in _reasons(cell)]
    inside = tag(
        "div",
        tag("ul", *reasons, style="margin:2px 0 4px 0;padding-left:18px"),
        code_lines(cell.source, cell.lines),
        style="margin:0 0 6px 16px",
    )
    anchor = anchors[called(cell)]
    return tag("details", tag("summary", summary, style=SUMMARY), inside, open=opened, id=anchor)


def _dropped(cells: Sequence[PromotedCell], anchors: Mapping[str, str]) -> Markup:
    if len(cells) == 1:
        cell = cells[0]
        head = together(_name(cell), " ", _chip("left out", GREY), " ", quiet(annotated(cell.reason, anchors)))
        return folded(head, code_lines(cell.source))
    head = together(
        tag("span", _few([called(cell) for cell in cells]), style=f"{MONO};{QUIET}"),
        " ",
        _chip(f"{len(cells)} left out", GREY),
    )
    one = [
        folded(together(_name(cell), " ", annotated(cell.reason, anchors)), code_lines(cell.source)) for cell in cells
    ]
    return folded(head, *one)


def _few(names: Sequence[str]) -> str:
    return " ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]}"  # noqa: PLR2004 # as many as a glance takes


def _name(cell: PromotedCell) -> Markup:
    return tag("span", f"In {called(cell)}", style=f"{MONO};{QUIET};{NOWRAP}")


def _chip(word: str, color: str) -> Markup:
    return tag("span", word, style=f"border:1px solid {color};border-radius:9px;padding:0 7px;font-size:.9em;{NOWRAP}")


def _word(part: str, anchors: Mapping[str, str]) -> Markup:
    if part.startswith("`") and part.endswith("`"):
        return tag("code", part.strip("`"), style=CHIP)
    if part in anchors:
        return tag("a", part, href=f"#{anchors[part]}", style=f"{MONO};color:var(--jp-content-link-color,#3b82d0)")
    return together(part)
