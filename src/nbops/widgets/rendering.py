"""What a renderer answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nbops.widgets.visible import visible

if TYPE_CHECKING:
    from typing import Self


class _Fields(NamedTuple):
    text: str
    html: str


class Rendering(_Fields):
    """One thing to show, for a terminal and for a notebook.

    Attributes:
        text: Plain text, no trailing newline, control characters spelled out.
        html: A fragment that stays readable where a viewer strips its styles.
    """

    __slots__ = ()

    def __new__(cls, text: str, html: str) -> Self:
        """Hold both; a terminal obeys nothing in *text*."""
        return super().__new__(cls, visible(text), html)
