"""What a promotion made: verified or not, what was compared, and every cell with the reason why it stays or goes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from nbops.markup import Markup, tag, together
from nbops.widgets.phrases import counted, short
from nbops.widgets.pipeline_parts import cautioned, chips, parameter_text, parameters_shown
from nbops.widgets.rendering import Rendering
from nbops.widgets.sliced_cells import annotated, sliced_cells
from nbops.widgets.style import AMBER, GREEN, MONO, RED, STRONG, dot, folded, framed, table
from nbops.workspace import find_workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.pipelines.promotion import Promotion
    from nbops.pipelines.verifying.comparison import Comparison


def promotion_view(promotion: Promotion) -> Rendering:
    """Show *promotion*: the verdict, then cautions and parameters; comparisons and cells behind a line each."""
    return Rendering(_text(promotion), framed(*_html(promotion)))


def _text(promotion: Promotion) -> str:
    lines = [f"{_near(promotion.notebook)}: {_answer(promotion)} ({promotion.verdict})"]
    lines += [f"  {counted(len(promotion.kept), 'cell')} kept, {len(promotion.dropped)} left out"]
    lines += parameters_shown(promotion.parameters, promotion.candidates)
    return "\n".join(lines + [f"  ! {caution}" for caution in promotion.cautions])


def _html(promotion: Promotion) -> list[Markup | None]:
    color, sign = (GREEN, "✓") if promotion.verified else (AMBER, "!")
    badge = f"border:1px solid {color};border-radius:9px;padding:0 8px;white-space:nowrap"
    cells = sliced_cells(promotion.kept, promotion.dropped, key=f"p{promotion.run[:8]}", opened=False)
    count = f"{counted(len(promotion.kept), 'cell')} kept, {len(promotion.dropped)} left out"
    return [
        tag(
            "div", tag("span", dot(color), f" {sign} {_answer(promotion)}", style=badge), " ", _link(promotion.notebook)
        ),
        tag("div", annotated(promotion.verdict), style="margin:2px 0"),
        cautioned(promotion.cautions),
        chips("parameters", [parameter_text(entry) for entry in promotion.parameters]),
        chips("could be parameters", promotion.candidates),
        _compared(promotion.comparisons, opened=not promotion.verified),
        folded(count, cells) if promotion.kept or promotion.dropped else None,
    ]


def _answer(promotion: Promotion) -> str:
    return "verified" if promotion.verified else "not verified"


def _near(path: str | Path) -> str:
    """Return *path* as seen from here, or its end, so that what is saved says nothing about the machine."""
    whole, here = Path(path), Path.cwd()
    return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else "/".join(whole.parts[-2:])


def _link(path: Path) -> Markup:
    """Return where the pipeline lies; inside the project as a link, which JupyterLab opens."""
    project = find_workspace().project
    if not path.is_absolute() or not path.is_relative_to(project):
        return tag("span", _near(path), style=f"{STRONG};{MONO}")
    href = quote(Path(os.path.relpath(path)).as_posix())
    return tag("a", _near(path), href=href, style=f"{STRONG};{MONO};color:var(--jp-content-link-color,#3b82d0)")


def _compared(comparisons: Sequence[Comparison], *, opened: bool) -> Markup | None:
    if not comparisons:
        return None
    rows: list[list[object]] = [
        [
            together(dot(GREEN if one.equal else RED), " ✓ " if one.equal else " ✗ ", one.what),
            short(one.captured, 24),
            short(one.fresh, 24),
        ]
        for one in sorted(comparisons, key=lambda one: one.equal)
    ]
    heads: list[tuple[object, bool]] = [("compared", False), ("captured", True), ("fresh kernel", True)]
    unequal = sum(not one.equal for one in comparisons)
    said = f", {unequal} not equal" if unequal else ", all equal"
    return folded(f"{counted(len(comparisons), 'value')} compared{said}", table(heads, rows), opened=opened)
