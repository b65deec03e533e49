"""Hold a chain of events against its own hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbops.ledger.event import GENESIS, Event, hash_of

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying a ledger found. Falsy when the chain is broken.

    Attributes:
        length: Number of events looked at.
        head: Hash of the last one; it anchors the whole ledger wherever it is written down.
        broken: Index of the first event that does not hold, or None.
        reason: What is wrong with it, as a sentence.
    """

    length: int
    head: str
    broken: int | None = None
    reason: str = ""

    def __bool__(self) -> bool:
        return self.broken is None


def verify(events: Iterable[Event]) -> Verification:
    """Check that every event carries its own hash and names the one before; stop nowhere, report the first break."""
    expected, length, broken, reason = GENESIS, 0, None, ""
    for index, event in enumerate(events):
        if broken is None and (fault := _fault(event, expected)):
            broken, reason = index, f"event {index} ({event.kind} {event.subject} by {event.actor}) {fault}"
        expected, length = event.hash, index + 1
    return Verification(length, expected, broken, reason)


def _fault(event: Event, expected: str) -> str:
    if event.previous != expected:
        return "does not follow the event before it: one was removed, added or moved"
    return "" if event.hash == hash_of(event) else "was changed after it was written"
