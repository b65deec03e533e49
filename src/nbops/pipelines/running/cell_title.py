"""A cell in one line."""

from __future__ import annotations

import re

from nbops.capture.secrets.redaction import redact

_LONGEST = 80
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def cell_title(source: str) -> str:
    """Return the first line of *source* that does something, secrets masked, at most 80 characters.

    Comments, cell magics and imports are passed over where anything else follows.
    """
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    code = [line for line in lines if not line.startswith(("#", "%%"))]
    telling = next((line for line in code if not line.startswith(("import ", "from "))), "")
    telling = telling or next(iter(code or lines), "")
    clean = _UNREADABLE.sub(" ", redact(telling).text)
    return clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"
