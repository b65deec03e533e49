"""Lengths in bytes as people say them."""

from __future__ import annotations

_STEP = 1000.0


def in_bytes(count: float) -> str:
    """Return *count* bytes in the largest unit that leaves a number of at least one, such as `1.2 MB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < _STEP:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= _STEP
    return f"{count:.1f} TB"
