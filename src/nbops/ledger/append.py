"""Make the event that follows another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nbops.ledger.event import GENESIS, Event, hash_of

if TYPE_CHECKING:
    from collections.abc import Mapping


def append(
    previous: Event | None, kind: str, subject: str, *, actor: str, time: float, body: Mapping[str, Any] | None = None
) -> Event:
    """Return the event that follows *previous* (None: the first of a ledger).

    Args:
        previous: Head of the ledger.
        kind: What was done.
        subject: To what.
        actor: Who did it.
        time: When, in seconds since the epoch (UTC).
        body: More facts, plain finite JSON values.

    Raises:
        ValueError: *body* holds NaN or infinity.
        TypeError: *body* holds something that JSON has no word for.
    """
    unsealed = Event(kind, subject, actor, time, dict(body or {}), previous.hash if previous else GENESIS)
    return replace(unsealed, hash=hash_of(unsealed))
