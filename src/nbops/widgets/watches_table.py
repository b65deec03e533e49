"""Watches: what they look at, how it stands, and when they look next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.markup import tag, together
from nbops.widgets.phrases import aligned, moment
from nbops.widgets.rendering import Rendering
from nbops.widgets.style import STRONG, framed, quiet, state_dot, state_sign, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbops.monitoring.watching.list_watches import Watched

_HEADS = ("watch", "model", "state", "last report", "data", "every", "next", "owner")


def watches_table(watches: Sequence[Watched]) -> Rendering:
    """Show one line a watch."""
    if not watches:
        told = "no watches: %watch NAME DATA --model MODEL --reference REFERENCE"
        return Rendering(told, framed(quiet(told)))
    text = aligned([["", *_HEADS], *([state_sign(one.state), *_words(one)] for one in watches)])
    return Rendering(text, framed(table([(head, False) for head in _HEADS], [_cells(one) for one in watches])))


def _words(one: Watched) -> list[str]:
    plan = one.plan
    model = f"{plan.model} (v{one.version})" if one.version is not None else plan.model
    following = "paused" if plan.paused else moment(one.due) or "when asked"
    source = plan.source or "as told"
    return [plan.name, model, one.state, one.label or "", source, plan.every, following, plan.owner]


def _cells(one: Watched) -> list[object]:
    name, model, state, *rest = _words(one)
    said = tag("div", quiet(one.sentence)) if one.sentence else None
    return [tag("span", name, style=STRONG), model, together(state_dot(one.state), " ", state, said), *rest]
