"""One look for everything that we show.

Text inherits the notebook's colours and state is a coloured dot beside a word, so that nothing depends on telling
colours apart or on knowing whether the theme is light or dark.
"""

from __future__ import annotations

from nbops import markup
from nbops.markup import Markup, tag

LINE = markup.LINE
GREEN, AMBER, RED, GREY, BLUE = markup.GREEN, markup.AMBER, markup.RED, markup.GREY, markup.BLUE
SHADE = "rgba(128,128,128,.09)"

FRAME = (
    "font-family:var(--jp-ui-font-family,var(--vscode-font-family,system-ui,-apple-system,'Segoe UI',sans-serif));"
    "font-size:var(--jp-ui-font-size1,13px);line-height:1.5;text-align:left"
)
MONO = (
    "font-family:var(--jp-code-font-family,var(--vscode-editor-font-family,ui-monospace,Menlo,Consolas,monospace));"
    "font-size:.92em"
)
QUIET = "opacity:.68"
NOWRAP = "white-space:nowrap"
STRONG = "font-weight:600"
CHIP = f"{MONO};padding:1px 6px;border-radius:4px;background:{SHADE};white-space:nowrap"
TABLE = "border-collapse:collapse;border:0;margin:6px 0 2px 0;font-size:inherit"
_CELL = (
    f"padding:3px 14px 3px 0;text-align:left;vertical-align:top;border:0;border-bottom:1px solid {LINE};background:none"
)
HEAD = f"{_CELL};font-weight:600;opacity:.68;white-space:nowrap"
CELL = _CELL
NUMBER = f"{_CELL};text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap"
NUMBER_HEAD = f"{NUMBER};font-weight:600;opacity:.68"
CODE = (
    f"{MONO};margin:2px 0 6px 0;padding:6px 10px;border-radius:4px;background:{SHADE};color:inherit;"
    "white-space:pre-wrap;overflow-wrap:anywhere;max-height:24em;overflow:auto"
)
SUMMARY = "cursor:pointer;display:list-item"

_STATES = {
    "FINISHED": (GREEN, "✓", "finished"),
    "FAILED": (RED, "✗", "failed"),
    "KILLED": (AMBER, "⊘", "killed"),
    "RUNNING": (BLUE, "…", "running"),
    "ok": (GREEN, "✓", "ok"),
    "warn": (AMBER, "!", "warn"),
    "alert": (RED, "✗", "alert"),
    "unknown": (GREY, "?", "unknown"),
}


def dot(color: str) -> Markup:
    """Return a dot of *color*; the word beside it says what it means."""
    return tag("span", "●", style=f"color:{color}", **{"aria-hidden": "true"})


def state_dot(state: str) -> Markup:
    """Return the dot of a run's status or of a drift report's state, with the word as tooltip."""
    color, _, word = _STATES.get(state, _STATES["unknown"])
    return tag("span", "●", style=f"color:{color}", title=word)


def state_sign(state: str) -> str:
    """Return the character that stands for *state* in plain text."""
    return _STATES.get(state, _STATES["unknown"])[1]


def state_word(state: str) -> str:
    """Return *state* in lower case, `unknown` for one that we do not know."""
    return _STATES.get(state, _STATES["unknown"])[2]


def framed(*content: object) -> Markup:
    """Return *content* in the one font and size that everything has."""
    return tag("div", *content, style=FRAME)


def folded(summary: object, *content: object, opened: bool = False) -> Markup:
    """Return *content* behind one line; needs no JavaScript."""
    inner = tag("div", *content, style="margin:2px 0 4px 16px")
    return tag("details", tag("summary", summary, style=SUMMARY), inner, open=opened)


def quiet(*content: object) -> Markup:
    """Return *content* toned down."""
    return tag("span", *content, style=QUIET)


def table(heads: list[tuple[object, bool]], rows: list[list[object]]) -> Markup:
    """Return a table.

    Args:
        heads: Title of each column, and whether it holds numbers.
        rows: As many values as there are heads; `Markup` stays as it is.
    """
    head = [tag("th", title, style=NUMBER_HEAD if numeric else HEAD) for title, numeric in heads]
    body = [
        tag("tr", *(tag("td", value, style=NUMBER if heads[place][1] else CELL) for place, value in enumerate(row)))
        for row in rows
    ]
    inside = tag("table", tag("thead", tag("tr", *head)), tag("tbody", *body), style=TABLE)
    return tag("div", inside, style="overflow-x:auto")


def labelled(rows: list[tuple[str, object]]) -> Markup:
    """Return a two-column list of labels and what they stand for, leaving out what is empty."""
    label = (
        f"padding:1px 14px 1px 0;text-align:left;vertical-align:top;border:0;background:none;white-space:nowrap;{QUIET}"
    )
    value = "padding:1px 0;text-align:left;vertical-align:top;border:0;background:none"
    body = [tag("tr", tag("td", name, style=label), tag("td", shown, style=value)) for name, shown in rows if shown]
    return tag("table", tag("tbody", *body), style=TABLE)
