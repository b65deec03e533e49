"""What capture knows of this process, asked without loading capture where nobody uses it."""

from __future__ import annotations

import sys
from typing import Any


def kernel_session_id() -> str | None:
    """Return the id of the session whose shell is observed in this process, or None."""
    module = sys.modules.get("nbops.capture.runs.session")
    return module.current_session_id() if module else None


def kernel_cell() -> dict[str, Any] | None:
    """Return `session`, `notebook`, `run`, `cell` and `count` of the cell that runs now, or None."""
    module = sys.modules.get("nbops.capture.runs.session")
    return module.current_cell() if module else None
