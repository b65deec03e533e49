"""Hash-chained record of who did what; pure, so that anybody can verify it from the stored text alone."""

from __future__ import annotations

from nbops.ledger.append import append
from nbops.ledger.event import Event
from nbops.ledger.verify import Verification, verify

__all__ = ["Event", "Verification", "append", "verify"]
