"""One thing that somebody did, bound to everything that was done before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.errors import LedgerBroken

if TYPE_CHECKING:
    from collections.abc import Mapping

GENESIS = "0" * 64
"""What the first event of a ledger names as its predecessor."""


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the ledger.

    Attributes:
        kind: What was done: `register`, `assign`, `rollback` …
        subject: To what, such as the name of a model.
        actor: Who did it, as the writing process knows them.
        time: When, in seconds since the epoch (UTC).
        body: Facts of this kind of event, plain JSON values.
        previous: Hash of the event before; `GENESIS` for the first.
        hash: SHA-256 over the canonical JSON of all the other fields, 64 hexadecimal digits.
    """

    kind: str
    subject: str
    actor: str
    time: float
    body: Mapping[str, Any] = field(default_factory=dict)
    previous: str = GENESIS
    hash: str = ""

    def to_text(self) -> str:
        """Return the canonical JSON that is stored."""
        return canonical({**asdict(self), "body": dict(self.body)})


def from_text(text: str) -> Event:
    """Return the event that *text* stands for; its hash is read, not checked.

    Raises:
        LedgerBroken: It is no event.
    """
    try:
        return Event(**json.loads(text))
    except (ValueError, TypeError) as error:
        raise LedgerBroken(f"an entry of the ledger is not an event: {text[:60]!r}") from error


def hash_of(event: Event) -> str:
    """Return the hash that *event* must carry.

    Source: SHA-256 of UTF-8 JSON with sorted keys and no spaces, over every field but `hash`.
    """
    fields = {**asdict(event), "body": dict(event.body)}
    del fields["hash"]
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def canonical(values: Mapping[str, Any]) -> str:
    """Return the one JSON text that stands for *values*, whatever the order of their keys."""
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
