"""Runs of `with nbops.track(…)` blocks: one line for all that a cell opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import separated, tag, together
from nbops.widgets.phrases import counted, number, pairs, short, took
from nbops.widgets.rendering import Rendering
from nbops.widgets.run_card import run_card
from nbops.widgets.style import STRONG, folded, framed, quiet, state_dot, state_sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.widgets.card import Card

_SHOWN, _METRICS = 50, 3


def blocks_line(cards: Sequence[Card]) -> Rendering:
    """Show the runs that one cell opened in blocks; a single one as its own card."""
    if len(cards) == 1:
        return run_card(cards[0])
    failed = sum(card.status != "FINISHED" for card in cards)
    worst = "FAILED" if failed else "FINISHED"
    told = [counted(len(cards), "run"), *([f"{failed} failed"] if failed else []), *_ranges(cards)]
    told.append(took(sum(card.duration for card in cards)))
    lines = [
        tag("div", state_dot(card.status), f" {card.name} ", separated(_values(card)), quiet(f" {took(card.duration)}"))
        for card in cards[:_SHOWN]
    ]
    hidden = len(cards) - len(lines)
    more = tag("div", quiet(f"and {hidden:,} more; %runs lists them")) if hidden else None
    head = together(state_dot(worst), " ", tag("span", told[0], style=STRONG), " ", quiet(" · ".join(told[1:])))
    return Rendering(f"nbops {state_sign(worst)} {' · '.join(told)}", framed(folded(head, *lines, more)))


def _ranges(cards: Sequence[Card]) -> list[str]:
    names = list(dict.fromkeys(name for card in cards for name in card.metrics))[:_METRICS]
    measured = {name: [card.metrics[name] for card in cards if name in card.metrics] for name in names}
    spans = {name: dict.fromkeys((number(min(values)), number(max(values)))) for name, values in measured.items()}
    return [f"{name} {' to '.join(span)}" for name, span in spans.items()]


def _values(card: Card) -> list[str]:
    told = {name: value for name, value in card.parameters.items() if f"{name}={short(value)}" not in card.name}
    return [*pairs(told, 4), *(f"{name} {number(value)}" for name, value in list(card.metrics.items())[:4])]
