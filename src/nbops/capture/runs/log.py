"""Log values into the run that is open."""

from __future__ import annotations

from typing import Any

from nbops.capture.runs.session import current_session
from nbops.errors import RunNotFound


def log(step: int | None = None, **values: Any) -> None:
    """Log *values* into the innermost open run: real numbers as metrics, anything else as parameters.

    Args:
        step: Position on the metrics' axis, such as an epoch.
        values: Name → value.

    Raises:
        RunNotFound: No run is open.
    """
    session = current_session()
    if not session.open_runs:
        raise RunNotFound("no run is open here", hint="%%track above the cell, or `with nbops.track():`")
    session.open_runs[-1].log(step, **values)
