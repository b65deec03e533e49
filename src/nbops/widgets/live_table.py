"""Which version is live, since when, by whom, on which data: the boss's question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.phrases import aligned, moment, pairs
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import STRONG, framed, quiet, state_dot, state_word, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.registry.live import Live

_HEADS = ("model", "alias", "version", "since", "by", "trained on", "metrics", "drift")


def live_table(lines: Sequence[Live]) -> Rendering:
    """Show every alias and the version that it points at."""
    if not lines:
        told = "nothing is live: %register a run, then %assign NAME VERSION champion"
        return Rendering(told, framed(quiet(told)))
    text = aligned([list(_HEADS), *(_words(line) for line in lines)])
    warnings = [f"{line.name} {line.alias}: {line.warning}" for line in lines if line.warning]
    html = framed(
        table([(head, False) for head in _HEADS], [_cells(line) for line in lines]),
        *(tag("div", "⚠ ", warning) for warning in warnings),
    )
    return Rendering("\n".join([text, *(f"  ! {warning}" for warning in warnings)]), html)


def _words(line: Live) -> list[str]:
    trained = ", ".join(str(entry.get("name")) for entry in line.data)
    since = moment(line.since) or "unknown"
    measured = ", ".join(pairs(line.metrics, 3, " "))
    return [line.name, line.alias, f"v{line.version}", since, line.by or "unknown", trained, measured, line.drift]


def _cells(line: Live) -> list[object]:
    name, alias, version, *rest = _words(line)
    drift = together(state_dot(line.drift), " ", state_word(line.drift))
    why = tag("div", quiet(line.reason)) if line.reason else None
    return [tag("span", name, style=STRONG), together(alias, why), version, *rest[:-1], drift]
