"""What one look at a part of nbops found."""

from __future__ import annotations

from dataclasses import dataclass

WELL, LOOK, BROKEN = "well", "look", "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: What.
        state: `well`, `look` (works, but somebody should know) or `broken`.
        sentence: How it is.
        remedy: What to do or type about it; empty where there is nothing to do.
    """

    topic: str
    state: str
    sentence: str
    remedy: str = ""
