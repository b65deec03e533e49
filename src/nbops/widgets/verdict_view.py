"""What the gates said, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, GREEN, RED, STRONG, dot, framed, quiet

if TYPE_CHECKING:
    from nbops.registry.verdict import Verdict


def verdict_view(verdict: Verdict) -> Rendering:
    """Show whether the version may take the alias, and why not."""
    answer = "may become" if verdict else "may not become" if verdict.binding else "should not become"
    force = "" if verdict else " Closed gates bind." if verdict.binding else " Advice: no policy binds this alias."
    color = GREEN if verdict else RED if verdict.binding else AMBER
    head = together(
        dot(color), " ", tag("span", f"{verdict.name} v{verdict.version}", style=STRONG), f" {answer} {verdict.alias}."
    )
    html = framed(
        tag("div", head, quiet(force) if force else None),
        *(tag("div", "✗ ", sentence) for sentence in verdict.objections),
        *(tag("div", "✓ ", sentence) for sentence in verdict.passed),
        *(tag("div", quiet("· ", sentence)) for sentence in verdict.notes),
    )
    return Rendering(str(verdict), html)
