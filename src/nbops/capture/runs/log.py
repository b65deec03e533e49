"""Log values into the run that is open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from nbops.capture.runs.session import current_session, current_session_id
from nbops.errors import RunNotFound

if TYPE_CHECKING:
    from nbops.capture.runs.session import CaptureSession


def log(step: int | None = None, **values: Any) -> None:
    """Log *values* into the innermost open run: real numbers as metrics, anything else as parameters.

    Args:
        step: Position on the metrics' axis, such as an epoch.
        values: Name → value.

    Raises:
        RunNotFound: No run is open.
    """
    # Outside of a notebook looking for the workspace would take longer than writing.
    session = _latest[0]
    if current_session_id() is not None or session is None or session.pid != os.getpid() or not session.open_runs:
        session = _latest[0] = current_session()
    if not session.open_runs:
        raise RunNotFound("no run is open here", hint="%%track above the cell, or `with nbops.track():`")
    session.open_runs[-1].log(step, **values)


_latest: list[CaptureSession | None] = [None]
