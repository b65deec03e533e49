"""HTML in which every string is escaped unless it was built here, and the colours that suit light and dark pages.

It lies below the rooms, since a room writes reports into runs and the widgets show the same in a notebook.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Markup(str):
    """Text that is HTML already; anything else gets escaped."""

    __slots__ = ()


LINE = "rgba(128,128,128,.28)"
GREEN, AMBER, RED, GREY, BLUE = "#2fa36b", "#d98a00", "#e04f4f", "#8a8f98", "#4a8fe0"
STATE_COLORS = {"ok": GREEN, "warn": AMBER, "alert": RED, "unknown": GREY}

_VOID = frozenset({"br", "hr", "img"})


def tag(name: str, *content: object, style: str = "", title: str = "", **attributes: str | int | bool) -> Markup:
    """Return the element *name* around *content*.

    Args:
        name: Of the element.
        content: Escaped unless it is `Markup`; None is left out.
        style: Inline CSS, written by us.
        title: Tooltip.
        attributes: Others; True stands for an attribute without a value, False for none.
    """
    given: dict[str, str | int | bool] = {**attributes, "style": style or False, "title": title or False}
    shown = "".join(
        f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'
        for key, value in given.items()
        if value is not False
    )
    return Markup(f"<{name}{shown}>" if name in _VOID else f"<{name}{shown}>{together(*content)}</{name}>")


def together(*content: object) -> Markup:
    """Return *content* side by side, escaped where it is no `Markup`."""
    return Markup("".join(_escaped(part) for part in content if part is not None))


def separated(parts: Iterable[object], separator: str = " · ") -> Markup:
    """Return *parts* with *separator* between them, leaving out empty ones."""
    return Markup(escape(separator).join(_escaped(part) for part in parts if part))


def _escaped(part: object) -> str:
    return part if isinstance(part, Markup) else escape(str(part), quote=True)
