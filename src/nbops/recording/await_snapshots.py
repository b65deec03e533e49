"""Wait until the data that a run read are stored."""

from __future__ import annotations

import time

from nbops.recording.get_run import get_run
from nbops.recording.process.start import wake
from nbops.recording.run import Run
from nbops.workspace import Workspace

_LOOK = 0.1


def await_snapshots(run: Run, workspace: Workspace, *, seconds: float = 60.0) -> Run:
    """Return *run* with the ids of its snapshots; after *seconds* as it is then, some of them `pending`."""
    end, woken = time.monotonic() + seconds, 0.0
    while any(item.get("pending") for item in run.snapshots) and time.monotonic() < end:
        if time.monotonic() - woken > 1.0:
            wake(workspace, by_hand=True)
            woken = time.monotonic()
        time.sleep(_LOOK)
        run = get_run(run, workspace=workspace)
    return run
