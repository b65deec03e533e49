"""Which line of a cell raised."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nbops.capture.secrets.redaction import redact

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_IN_CELL = re.compile(r"^\s*(?:Cell|Input) In ?\[\d+\],? ?(?:line (\d+)|in <cell line: \d+>)", re.MULTILINE)
_ARROW = re.compile(r"^-+> ?(\d+) ", re.MULTILINE)
_SYNTAX = re.compile(r"^\s*Cell In ?\[\d+\], line (\d+)", re.MULTILINE)
_LONGEST = 100


def failing_line(source: str, traceback: Sequence[str]) -> tuple[int, str]:
    """Return number (from 1) and text of the line of *source* where the outermost frame of *traceback* was.

    `(0, "")` where IPython's traceback does not tell; secrets in the text are masked.
    """
    text = _COLOURS.sub("", "\n".join(traceback))
    found = _IN_CELL.search(text) or _SYNTAX.search(text)
    if found is None:
        return 0, ""
    number = found[1] or (arrow[1] if (arrow := _ARROW.search(text, found.end())) else "0")
    lines = source.splitlines()
    if not 0 < int(number) <= len(lines):
        return 0, ""
    clean = redact(lines[int(number) - 1].strip()).text
    return int(number), clean if len(clean) <= _LONGEST else clean[: _LONGEST - 1] + "…"
