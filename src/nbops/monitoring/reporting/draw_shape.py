"""Both sides of one column in one picture that needs no script, no file and no certain background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import BLUE, Markup, tag, together

if TYPE_CHECKING:
    from nbops.monitoring.reporting.shape import Shape

_WIDE, _TALL, _FOOT, _ROW, _NAME, _TOLD = 300, 84, 16, 26, 84, 104
_LONGEST = 12
_GREY = {"fill": "currentColor", "fill-opacity": ".3"}
_FAINT = "fill:currentColor;opacity:.72"


def draw_shape(shape: Shape, name: str, *, hidden: bool = False) -> Markup:
    """Return *shape* as SVG: the reference is grey, the current data are blue.

    Args:
        shape: What to draw.
        name: Of the column, for those who cannot see it.
        hidden: Show no value of it, only how shares moved.
    """
    inner, tall = _bars(shape, hidden=hidden) if shape.labels else _steps(shape, hidden=hidden)
    said = f"{name}: shares of the rows before (grey) and now (blue)"
    view = {"viewBox": f"0 0 {_WIDE} {tall}", "role": "img", "aria-label": said}
    return tag("svg", tag("title", said), *inner, style=f"width:100%;max-width:{_WIDE}px;display:block", **view)


def _steps(shape: Shape, *, hidden: bool) -> tuple[list[Markup], int]:
    most = max(*shape.before, *shape.now, 1e-12)
    step = _WIDE / len(shape.before)
    base = tag("line", x1=0, x2=_WIDE, y1=_TALL, y2=_TALL, stroke="currentColor", **{"stroke-opacity": ".4"})
    parts = [
        tag("path", d=f"M0,{_TALL}{_outline(shape.before, most, step)}L{_WIDE},{_TALL}Z", **_GREY),
        base,
        tag("path", d=f"M0,{_TALL}{_outline(shape.now, most, step)}L{_WIDE},{_TALL}", fill="none", stroke=BLUE,
            **{"stroke-width": "2", "stroke-linejoin": "round"}),
    ]  # fmt: skip
    if not hidden:
        parts += [
            _text(f"{shape.edges[0]:,.4g}", 0, _TALL + 13),
            _text(f"{shape.edges[-1]:,.4g}", _WIDE, _TALL + 13, 1),
        ]
        middle = shape.edges[len(shape.edges) // 2]
        parts.append(_text(f"{middle:,.4g}", _WIDE / 2, _TALL + 13, 0.5))
    return parts, _TALL + _FOOT


def _outline(shares: tuple[float, ...], most: float, step: float) -> str:
    points = []
    for place, share in enumerate(shares):
        height = _TALL - share / most * (_TALL - 4)
        points.append(f"L{place * step:.1f},{height:.1f}L{(place + 1) * step:.1f},{height:.1f}")
    return "".join(points)


def _bars(shape: Shape, *, hidden: bool) -> tuple[list[Markup], int]:
    most = max([*shape.before, *shape.now, 1e-12])
    room = _WIDE - _NAME - _TOLD
    parts = []
    named = [f"value {place + 1}" if hidden else label or "(empty)" for place, label in enumerate(shape.labels)]
    rows = list(zip(named, shape.before, shape.now, strict=True))
    rows += [("all others", *shape.rest)] if shape.rest is not None else []
    for place, (shown, then, now) in enumerate(rows):
        top = place * _ROW
        short = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
        parts += [
            tag("g", tag("title", shown), _text(short, 0, top + 16)),
            tag("rect", x=_NAME, y=top + 3, width=f"{min(then / most, 1) * room:.1f}", height=9, rx=1, **_GREY),
            tag("rect", x=_NAME, y=top + 13, width=f"{min(now / most, 1) * room:.1f}", height=7, rx=1, fill=BLUE),
            _text(f"{_percent(then)} → {_percent(now)}", _WIDE, top + 16, 1),
        ]
    return parts, len(rows) * _ROW


def _text(words: str, x: float, y: float, anchor: float = 0) -> Markup:
    side = {0: "start", 0.5: "middle", 1: "end"}[anchor]
    return tag("text", words, x=f"{x:g}", y=f"{y:g}", style=f"font-size:11px;{_FAINT}", **{"text-anchor": side})


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= 0.0005 or not share else "<0.1 %"  # noqa: PLR2004 # half of what is shown


def legend() -> Markup:
    """Return which side has which colour."""
    mark = "display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:5px"
    grey = tag("span", style=f"{mark};background:currentColor;opacity:.3")
    blue = tag("span", style=f"{mark};background:{BLUE};margin-left:14px")
    return tag("span", together(grey, "reference", blue, "current"), style="opacity:.8")
