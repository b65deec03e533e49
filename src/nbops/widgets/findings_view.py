"""How well nbops and what it stands on are: what `%nbops doctor` shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.phrases import aligned
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import AMBER, GREEN, RED, dot, framed, labelled, quiet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.readiness.finding import Finding

_SIGNS = {"well": ("✓", GREEN), "look": ("!", AMBER), "broken": ("✗", RED)}


def findings_view(findings: Sequence[Finding]) -> Rendering:
    """Show one line a finding, what mends it below it."""
    rows = [
        [_SIGNS[found.state][0], found.topic, found.sentence + (f" → {found.remedy}" if found.remedy else "")]
        for found in findings
    ]
    shown: list[tuple[str, object]] = [
        (
            found.topic,
            together(
                dot(_SIGNS[found.state][1]),
                " ",
                found.sentence,
                tag("div", quiet("→ ", found.remedy)) if found.remedy else None,
            ),
        )
        for found in findings
    ]
    return Rendering(aligned(rows), framed(labelled(shown)))
