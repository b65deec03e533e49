"""The windows of a report in a row: the state of each, and how far out it lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import GREY, STATE_COLORS, Markup, tag

if TYPE_CHECKING:
    from nbops.monitoring.judging.report import WindowDrift

_MOST, _WIDE, _STATE, _GAP, _SCORE, _SCALE = 120, 720, 16, 5, 34, 2.0
_NARROWEST, _WIDEST = 6, 26
_HEIGHTS = {"ok": 6, "unknown": 6, "warn": 11, "alert": 16}


def heat_strip(windows: tuple[WindowDrift, ...]) -> Markup | None:
    """Draw the state of every window, and below its score as a bar with the limit across; None for fewer than two.

    A worse state is also taller, so that nothing depends on telling colours apart.
    """
    shown = windows[-_MOST:]
    if len(shown) < 2:  # noqa: PLR2004 # a single bar has nothing to stand beside
        return None
    step = min(max(_WIDE / len(shown), _NARROWEST), _WIDEST)
    wide, tall = step * len(shown), _STATE + _GAP + _SCORE
    limit = tall - _SCORE / _SCALE
    dashed = {"stroke": "currentColor", "stroke-opacity": ".6", "stroke-dasharray": "4 3"}
    line = tag("line", x1=0, x2=f"{wide:.1f}", y1=f"{limit:g}", y2=f"{limit:g}", **dashed)
    view = {"viewBox": f"0 0 {wide:.1f} {tall}", "preserveAspectRatio": "none", "role": "img"}
    beyond = sum(one.exceeded for one in shown)
    said = f"{beyond} of {len(shown)} windows beyond the limit"
    cells = [cell for place, one in enumerate(shown) for cell in _window(one, place * step, step - 1, tall)]
    strip = tag("svg", tag("title", said), *cells, line, style=f"display:block;width:100%;height:{tall}px", **view)
    ends = tag(
        "div", tag("span", shown[0].start[:10]), tag("span", shown[-1].start[:10]),
        style="display:flex;justify-content:space-between;gap:12px;font-size:.85em;opacity:.72",
    )  # fmt: skip
    told = tag("div", f"{said} (dashed)", style="font-size:.85em;opacity:.72")
    return tag("div", strip, ends, told, style=f"margin:8px 0;max-width:{max(wide, 230):.0f}px")


def _window(one: WindowDrift, left: float, wide: float, tall: int) -> tuple[Markup, Markup]:
    height, score = _HEIGHTS.get(one.state, 6), max(1.0, min(one.score / _SCALE, 1.0) * _SCORE)
    color = STATE_COLORS.get(one.state, GREY)
    columns = f": {', '.join(one.columns[:5])}" if one.columns else ""
    said = tag("title", f"{one.start}: {one.state}, {one.score:.2g} times the limit{columns}")
    place = {"x": f"{left:.1f}", "width": f"{wide:.1f}", "fill": color}
    state = tag("rect", said, y=_STATE - height, height=height, **place)
    return state, tag("rect", said, y=f"{tall - score:.1f}", height=f"{score:.1f}", **place, **{"fill-opacity": ".5"})
