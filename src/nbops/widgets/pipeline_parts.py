"""What views of pipelines share: parameters and cautions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.markup import Markup, separated, tag
from nbops.widgets.phrases import short
from nbops.widgets.sliced_cells import annotated
from nbops.widgets.style import AMBER, CHIP, SHADE, quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FEW = 6


def cautioned(cautions: Sequence[str]) -> Markup | None:
    """Return *cautions* as a block that stands out in shape, sign and colour."""
    style = f"border-left:3px solid {AMBER};background:{SHADE};border-radius:0 4px 4px 0;padding:3px 10px;margin:6px 0"
    lines = [tag("div", "⚠ ", annotated(caution)) for caution in cautions]
    return tag("div", *lines, style=style, role="note") if lines else None


def chips(label: str, words: Sequence[str]) -> Markup | None:
    """Return *words* as chips behind their *label*."""
    shown = separated((tag("span", word, style=CHIP) for word in words), " ")
    return tag("div", quiet(f"{label} "), shown, style="margin:2px 0") if words else None


def parameter_text(entry: Mapping[str, Any]) -> str:
    """Return a parameter as `name: type = default`, with what it may be."""
    kind = f": {entry['type']}" if entry.get("type") else ""
    if entry.get("secret"):
        return f"{entry['name']}{kind} (secret)"
    return f"{entry['name']}{kind} = {short(repr(entry.get('default')), 40)}{_allowed(entry)}"


def parameters_shown(parameters: Sequence[Mapping[str, Any]], candidates: Sequence[str]) -> list[str]:
    """Return the same as lines for a terminal."""
    lines = [f"  parameters: {', '.join(map(parameter_text, parameters))}"] if parameters else []
    return lines + ([f"  could be parameters: {', '.join(candidates)}"] if candidates else [])


def _allowed(entry: Mapping[str, Any]) -> str:
    if choices := entry.get("choices"):
        more = f", {len(choices) - _FEW} more" if len(choices) > _FEW else ""
        return f" of {', '.join(short(repr(choice), 20) for choice in choices[:_FEW])}{more}"
    least, most = entry.get("minimum"), entry.get("maximum")
    if least is None and most is None:
        return ""
    return f" from {least} to {most}" if None not in {least, most} else f" ≥ {least}" if most is None else f" ≤ {most}"
