"""Make the cell that runs a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.capture.boundary import say_once
from nbops.capture.cells.observe import observer_of

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbops.capture.runs.active_run import ActiveRun
    from nbops.capture.track_request import TrackRequest


def request_tracking(shell: InteractiveShell, request: TrackRequest) -> ActiveRun | None:
    """Record the cell that *shell* runs as a run; called as the cell's first statement.

    The run's first record is on disk when this returns, before the user's code begins. What fails here costs the
    record, never the cell. Asking again in one cell changes nothing.
    """
    observer = observer_of(shell)
    if observer is not None and observer.session.is_forked:
        say_once("this cell, because a forked process runs it")
        return None
    if observer is None or observer.running is None:
        say_once("this cell, because nbops was loaded while it ran")
        return None
    return observer.track(request)
