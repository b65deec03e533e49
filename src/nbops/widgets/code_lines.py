"""Code with its lines numbered, coloured, and marked where they matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import Markup, tag, together
from nbops.widgets.style import AMBER, CODE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MARK = "▸"
_GUTTER = "opacity:.55;user-select:none;-webkit-user-select:none"
_MARKED = "background:rgba(217,138,0,.17);border-radius:2px"
# Token of Pygments, most specific first → style. The colours stand out by 4 to 1 on white and on black alike: which of
# them is behind is not known, and JupyterLab takes its variables out of notebooks that it does not trust yet.
_GREEN, _BLUE = "#2c8a3c", "#3b78c9"
_COLORS = (
    ("Comment", "color:#7a7a7a;font-style:italic"),
    ("Keyword", f"color:{_GREEN};font-weight:600"),
    ("Operator.Word", f"color:{_GREEN};font-weight:600"),
    ("Literal.String", "color:#c4504a"),
    ("Literal.Number", "color:#2d82a5"),
    ("Name.Function", f"color:{_BLUE}"),
    ("Name.Class", f"color:{_BLUE}"),
    ("Name.Builtin", f"color:{_GREEN}"),
)


def code_lines(source: str, marked: Collection[int] = ()) -> Markup:
    """Return *source* as a block of code.

    Args:
        source: Python, perhaps with magics; it need not parse.
        marked: Numbers of lines, from 1, that matter.
    """
    lines = list(_lines(source))
    wide = len(str(len(lines)))
    shown = []
    for number, line in enumerate(lines, 1):
        gutter = tag("span", f"{MARK if number in marked else ' '} {number:>{wide}}  ", style=_gutter(number in marked))
        shown.append(together(gutter, tag("span", line, style=_MARKED) if number in marked else line, "\n"))
    return tag("pre", *shown, style=CODE)


def _gutter(marked: bool) -> str:
    return f"{_GUTTER};opacity:1;color:{AMBER}" if marked else _GUTTER


def _lines(source: str) -> Iterator[Markup]:
    """Yield each line with its tokens coloured; a token of several lines is cut at their ends."""
    from pygments.lexers.python import PythonLexer

    line: list[object] = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(source.strip("\n")):
        style = _style(str(kind).removeprefix("Token."))
        for place, part in enumerate(text.split("\n")):
            if place:
                yield together(*line)
                line = []
            if part:
                line.append(tag("span", part, style=style) if style and not part.isspace() else part)
    yield together(*line)


def _style(kind: str) -> str:
    return next((style for prefix, style in _COLORS if kind == prefix or kind.startswith(f"{prefix}.")), "")
