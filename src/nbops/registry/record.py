"""Add one event to the ledger that lies in MLflow, among any number of writers.

Run parameters are write-once in MLflow, so writing the event as parameter number n is a compare-and-append: of
several writers one wins, the others read again and follow it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from nbops.errors import NameRefused, StoreRefused, StoreUnavailable
from nbops.ledger import Event, append
from nbops.ledger.event import from_text
from nbops.registry.actor import actor
from nbops.registry.mlflow_registry import MlflowRegistry, Segment

SEGMENT = 500
"""Events in one run, so that MLflow's page of it stays readable."""
_LONGEST = 5500
"""Bytes of one event; MLflow truncates parameters silently above 6000."""
_REFUSALS, _RACES = 5, 200

Body = Callable[[tuple[Event, ...]], Mapping[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger as read.

    Attributes:
        events: Oldest first.
        segments: Runs that hold them.
        deleted: Ids of those that somebody deleted in MLflow's UI.
    """

    events: tuple[Event, ...]
    segments: tuple[Segment, ...]

    @property
    def deleted(self) -> tuple[str, ...]:
        """Runs of the ledger that were deleted, though their events can still be read."""
        return tuple(segment.run_id for segment in self.segments if segment.deleted)


def read_ledger(store: MlflowRegistry) -> Ledger:
    """Read the whole ledger; it is not verified here.

    Raises:
        LedgerBroken: An entry is no event.
    """
    segments = store.segments()
    texts = {position: text for segment in segments for position, text in segment.texts.items()}
    return Ledger(tuple(from_text(texts[position]) for position in sorted(texts)), tuple(segments))


def record(store: MlflowRegistry, kind: str, subject: str, body: Body) -> Event | None:
    """Add the event that *body* makes of the events so far; it is asked again after each lost race.

    Returns:
        The event, or None where *body* found that nothing is left to say.

    Raises:
        StoreRefused: MLflow refuses for another reason than a lost race.
        NameRefused: The event's text is too long to be stored whole.
    """
    refusals, key = 0, uuid4().hex[:12]
    for _ in range(_RACES):
        ledger = read_ledger(store)
        facts = body(ledger.events)
        if facts is None:
            return None
        head = ledger.events[-1] if ledger.events else None
        event = append(head, kind, subject, actor=actor(), time=round(time.time(), 3), body={**facts, "key": key})
        text = event.to_text()
        if len(text.encode()) > _LONGEST:
            raise NameRefused(
                f"the event is {len(text.encode())} bytes long, at most {_LONGEST} fit: shorten the reason"
            )
        position = len(ledger.events)
        if _written(store, ledger, position, text):
            return event
        now = read_ledger(store).events
        if any(event.hash == known.hash for known in now):  # the answer was lost, not the event
            return event
        refusals += len(now) <= position
        if refusals > _REFUSALS:
            raise StoreRefused(f"MLflow does not take event {position} of the ledger in experiment nbops/ledger")
        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 # writers that collided must not collide again
    raise StoreRefused("the ledger is being written by too many at once", hint="again in a moment")


def _written(store: MlflowRegistry, ledger: Ledger, position: int, text: str) -> bool:
    try:
        segment = _segment_for(store, ledger, position)
        return segment is not None and store.write(segment, f"e{position:08d}", text)
    except StoreUnavailable:
        return False


def _segment_for(store: MlflowRegistry, ledger: Ledger, position: int) -> Segment | None:
    number = position // SEGMENT
    if number < len(ledger.segments):
        return ledger.segments[number]
    run_id = store.begin_segment(ledger.segments[-1] if ledger.segments else None, number)
    return Segment(run_id, {}, None, deleted=False) if run_id else None
