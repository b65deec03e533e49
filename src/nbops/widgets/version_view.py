"""One version of a model, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import separated, tag, together
from nbops.widgets.phrases import listed, pairs
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import CHIP, GREEN, GREY, STRONG, dot, framed, quiet

if TYPE_CHECKING:
    from nbops.registry.version import Version


def version_view(version: Version) -> Rendering:
    """Show name, number, aliases and metrics, and what is worth knowing below."""
    measured = pairs(version.metrics, 4, " ")
    origin = f"run {version.run_id[:8]}" if version.run_id else "no run"
    named = f" is {listed(version.aliases)}" if version.aliases else ""
    text = f"{version}{named} · {' · '.join([*measured, origin, *([f'by {version.by}'] if version.by else [])])}"
    html = framed(
        tag(
            "div",
            together(dot(GREEN if version.aliases else GREY), " ", tag("span", str(version), style=STRONG), named, " "),
            separated((tag("span", text, style=CHIP) for text in measured), " "),
            quiet(f" {origin}{f', by {version.by}' if version.by else ''}"),
        ),
        *(tag("div", quiet("· ", note)) for note in version.notes),
    )
    return Rendering("\n".join([text, *(f"  · {note}" for note in version.notes)]), html)
