"""What the ledger says about one alias: where it points, where it pointed before, who moved it and when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nbops.ledger import Event

ASSIGN, ROLLBACK, FOUND, UNDONE, REGISTER = "assign", "rollback", "found", "undone", "register"
"""Kinds of events. `found`: MLflow shows a move made outside nbops. `undone`: MLflow refused the move just written."""


@dataclass(frozen=True, slots=True)
class History:
    """One alias of one model.

    Attributes:
        versions: Versions that it pointed to and may return to, oldest first; the last is the current one.
        last: Event that put it there, None before the first.
    """

    versions: tuple[int, ...] = ()
    last: Event | None = None

    @property
    def current(self) -> int | None:
        """Version that the ledger says the alias points to."""
        return self.versions[-1] if self.versions else None

    @property
    def former(self) -> int | None:
        """Version that a rollback returns to."""
        return self.versions[-2] if len(self.versions) > 1 else None


def history(events: Iterable[Event], name: str, alias: str) -> History:
    """Fold *events* into what they say about *alias* of the model *name*.

    A rollback takes the latest version off the pile, so that the next one goes one further back instead of forth.
    """
    ours = [event for event in events if event.subject == name and event.body.get("alias") == alias]
    undone = {event.body.get("of") for event in ours if event.kind == UNDONE}
    pile: list[int] = []
    last: Event | None = None
    for event in ours:
        if event.kind == UNDONE or event.hash in undone:
            continue
        version = int(event.body["version"])
        if event.kind == ROLLBACK and version in pile:
            while pile[-1] != version:
                pile.pop()
        elif not pile or pile[-1] != version:
            pile.append(version)
        last = event
    return History(tuple(pile), last)
