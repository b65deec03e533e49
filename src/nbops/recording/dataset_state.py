"""How far a dataset of a run is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STORED, BEING_STORED, BY_REFERENCE = "stored", "being stored", "by reference"


def dataset_state(item: Mapping[str, Any]) -> str:
    """Return `stored`, `being stored` or `by reference` for an item of `Run.snapshots` or of a card."""
    if item.get("id") or item.get("snapshot"):
        return STORED
    return BEING_STORED if item.get("pending") else BY_REFERENCE
