"""Leave no process before what it ran is in MLflow, without making one run wait for the record of another."""

from __future__ import annotations

import atexit
import os

from nbops.recording.flush import flush
from nbops.recording.process.start import wake
from nbops.workspace import Workspace

_DRAIN = 60.0
_drained: dict[str, int] = {}


def drain_at_exit(workspace: Workspace) -> None:
    """Let the recorder write what *workspace* has now, and have this process wait for it when it ends.

    A worker's container may end with it, and with that the recorder. Killed before, it loses nothing either: the
    journal is on disk, and the next recorder takes it up.
    """
    wake(workspace, by_hand=True)
    place = str(workspace.root)
    if _drained.get(place) != os.getpid():
        _drained[place] = os.getpid()
        atexit.register(_drain, workspace, os.getpid())


def _drain(workspace: Workspace, pid: int) -> None:
    if pid == os.getpid() and workspace.root.is_dir():  # not in a child that was forked since
        flush(_DRAIN, workspace=workspace)
