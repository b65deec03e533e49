"""A cell in one line."""

from __future__ import annotations

import re

from nbops.capture.secrets.redaction import redact

_LONGEST = 80
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def cell_title(source: str) -> str:
    """Return the first line of *source* that says something, secrets masked, at most 80 characters."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    telling = next((line for line in lines if not line.startswith(("#", "%%"))), lines[0] if lines else "")
    clean = _UNREADABLE.sub(" ", redact(telling).text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"
