"""The pipelines of a workspace that run now."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace

from nbops.capture.journal.records import KILLED
from nbops.pipelines.running.heartbeat import (
    CANCELLING,
    Running,
    read_running,
    running_file,
    running_folder,
    wish_file,
)
from nbops.pipelines.running.is_own import is_own
from nbops.pipelines.running.settle import settle
from nbops.pipelines.running.tree_of import tree_of
from nbops.processes import is_alive
from nbops.workspace import Workspace

ABANDONED = "the process that supervised it is gone"


def list_running(workspace: Workspace) -> list[Running]:
    """Return what runs now, the latest begun first.

    A run whose supervisor is gone is no longer among them: what is left of its kernel is killed, its record ends as
    KILLED, and its file goes. One on another host, which cannot be asked, stays, and so does another user's, to whom
    it is left. Nothing is killed and no folder goes that is not proven to be the run's own.
    """
    found = []
    with suppress(OSError):
        for path in running_folder(workspace).glob("*.json"):
            running = read_running(path)
            if running is None or running.run != path.stem or path.is_symlink():
                continue
            if is_alive(running.owner) is False:
                if is_own(path):
                    _clear(running, workspace)
                continue
            asked = wish_file(workspace, running.run).exists()
            found.append(replace(running, state=CANCELLING) if asked else running)
    return sorted(found, key=lambda running: running.started, reverse=True)


def _clear(running: Running, workspace: Workspace) -> None:
    """End the record of a run that nobody supervises any more; of several who find it, one does it."""
    path = running_file(workspace, running.run)
    claimed = path.with_suffix(f".{running.owner.pid}-gone")
    try:
        path.rename(claimed)
    except OSError:
        return
    known = tree_of(running)
    if known is not None:
        known[0].kill()
    error = {"ename": "Abandoned", "evalue": f"{running.place}: {ABANDONED}"}
    settle(running.to_spec(), KILLED, workspace, error)
    if known is not None:
        shutil.rmtree(known[1], ignore_errors=True)
    for left in (claimed, wish_file(workspace, running.run)):
        left.unlink(missing_ok=True)
