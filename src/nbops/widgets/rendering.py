"""What a renderer answers."""

from __future__ import annotations

from typing import NamedTuple


class Rendering(NamedTuple):
    """One thing to show, for a terminal and for a notebook.

    Attributes:
        text: Plain text, no trailing newline.
        html: A fragment that stays readable where a viewer strips its styles.
    """

    text: str
    html: str
