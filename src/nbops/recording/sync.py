"""Write what waits, now, and take over what MLflow knows and we do not."""

from __future__ import annotations

import time
from dataclasses import dataclass

from nbops.errors import StoreUnavailable
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.pending import pending
from nbops.recording.process.interpreter import recorders, unanswering
from nbops.recording.process.start import wake
from nbops.recording.pull import pull
from nbops.snapshots.shared.upload import upload
from nbops.workspace import Workspace

_GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Synced:
    """What one pass did: runs written to MLflow, runs still waiting, runs taken over from MLflow."""

    recorded: int
    pending: int
    pulled: int


def sync(workspace: Workspace, *, timeout: float = 300.0) -> Synced:
    """Write what waits (at most *timeout* seconds), then read names, notes, deletions and foreign runs from MLflow.

    Runs that MLflow refused before are tried again. Snapshots are brought to the shared store, where one is set.

    Raises:
        StoreUnavailable: MLflow or the recorder does not answer; what waits goes on waiting.
        SnapshotStoreAway: MLflow has all, but the shared snapshot store does not answer.
    """
    _try_again(workspace)
    before = left = pending(workspace)
    begun = woken = time.monotonic()
    wake(workspace, by_hand=True)
    while left and time.monotonic() - begun < timeout:
        time.sleep(0.1)
        left = pending(workspace)
        reason = next(filter(None, recorders(workspace)), "")
        if left and reason and time.monotonic() - begun > _GRACE:
            raise _away(f"{left} runs wait: {reason}", workspace)
        if time.monotonic() - woken > 1.0:
            wake(workspace, by_hand=True)
            woken = time.monotonic()
    done = Synced(before - left, left, pull(workspace))
    upload(workspace)
    return done


def _away(told: str, workspace: Workspace) -> StoreUnavailable:
    silent = unanswering(workspace)
    return StoreUnavailable(told, hint=f"kill -9 {silent[0]}; nbops sync") if silent else StoreUnavailable(told)


def _try_again(workspace: Workspace) -> None:
    model = ReadModel(workspace)
    model.fold()
    with model.open(write=True) as connection:
        connection.execute("UPDATE runs SET state = 'pending', tries = 0, failure = '' WHERE state = 'refused'")
