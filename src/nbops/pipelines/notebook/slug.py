"""File names made of people's names."""

from __future__ import annotations

import re

_LONGEST = 80


def slug(name: str) -> str:
    """Return *name* as a file name: lower case, no separators, at most 80 bytes."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.").lower()
    return plain.encode()[:_LONGEST].decode(errors="ignore") or "pipeline"
