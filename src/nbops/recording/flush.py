"""Wait until everything recorded so far is in MLflow."""

from __future__ import annotations

import time

from nbops.capture.boundary import say_once
from nbops.recording.pending import pending
from nbops.recording.process.interpreter import UNANSWERING, unanswering
from nbops.recording.process.start import wake
from nbops.recording.process.uploads import uploading
from nbops.workspace import Workspace, find_workspace

_HOPE = 10.0
_OFTEN, _SELDOM, _SOON = 0.01, 0.05, 0.5


def flush(timeout: float = 60.0, *, workspace: Workspace | None = None, uploads: bool = False) -> bool:
    """Wait at most *timeout* seconds; return whether all ended runs are in MLflow.

    With *uploads* also wait for snapshots to reach the shared store, unless that has not answered for some seconds.

    Nothing is lost when it returns False: the runs stay in the journal and the recorder goes on.
    """
    place = workspace or find_workspace()
    begun = time.monotonic()
    deadline = begun + timeout
    checked = 0.0
    while pending(place) or (uploads and _are_sent(place, patient=time.monotonic() - begun < _HOPE)):
        if time.monotonic() >= deadline:
            for pid in unanswering(place):
                say_once(f"in MLflow yet what waits: {UNANSWERING.format(pid=pid)}")
            return False
        if time.monotonic() - checked > 1.0:
            wake(place, by_hand=True)
            checked = time.monotonic()
        # Most runs are there within a tenth of a second; who waits for an import of MLflow needs no hurry.
        time.sleep(_OFTEN if time.monotonic() - begun < _SOON else _SELDOM)
    return True


def _are_sent(workspace: Workspace, *, patient: bool) -> bool:
    left, reason = uploading(workspace)
    return left > 0 and (patient or not reason)  # the reason may be an old one
