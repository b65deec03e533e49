"""Write what waits, now, and take over what MLflow knows and we do not."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass

from nbops.errors import StoreUnavailable
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.lost_runs import write_again
from nbops.recording.pending import pending, waiting
from nbops.recording.process.interpreter import recorders, unanswering
from nbops.recording.process.start import wake
from nbops.recording.pull import pull
from nbops.recording.writing.database import SETTING_UP
from nbops.snapshots.shared.upload import upload
from nbops.workspace import Workspace

_GRACE, _SET_UP = 5.0, 90.0


@dataclass(frozen=True, slots=True)
class Synced:
    """What one pass did.

    Attributes:
        recorded: Runs that were not in MLflow and are now, or whose changes by people are.
        pending: Runs that still wait.
        pulled: Runs taken over from MLflow.
        refused: Runs that MLflow does not take; they are tried again with the next pass.
        reason: Why it does not take the first of them.
    """

    recorded: int
    pending: int
    pulled: int
    refused: int = 0
    reason: str = ""


def sync(workspace: Workspace, *, timeout: float = 300.0) -> Synced:
    """Write what waits (at most *timeout* seconds), then read names, notes, deletions and foreign runs from MLflow.

    Runs that MLflow refused before are tried again, and those that the workspace's own store has lost are written into
    it once more. Snapshots are brought to the shared store, where one is set.

    Raises:
        StoreUnavailable: MLflow or the recorder does not answer; what waits goes on waiting.
        SnapshotStoreAway: MLflow has all, but the shared snapshot store does not answer.
    """
    _try_again(workspace)
    with suppress(StoreUnavailable):  # the recorder says what is the matter with it
        write_again(workspace)
    waited = waiting(workspace)
    left = pending(workspace)
    begun = woken = time.monotonic()
    wake(workspace, by_hand=True)
    while left and time.monotonic() - begun < timeout:
        time.sleep(0.1)
        left = pending(workspace)
        reason = next(filter(None, recorders(workspace)), "")
        if left and reason and time.monotonic() - begun > (_SET_UP if SETTING_UP in reason else _GRACE):
            raise _away(f"{left} runs wait: {reason}", workspace)
        if time.monotonic() - woken > 1.0:
            wake(workspace, by_hand=True)
            woken = time.monotonic()
    recorded, refusals = _outcome(waited, workspace)
    done = Synced(recorded, left, pull(workspace), len(refusals), next(iter(refusals), ""))
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


def _outcome(waited: set[str], workspace: Workspace) -> tuple[int, list[str]]:
    """Return how many of the runs that waited are in MLflow now, and why others never will be."""
    with ReadModel(workspace).open() as connection:
        rows = connection.execute("SELECT id, state, unsaid, failure FROM runs").fetchall()
    asked = [row for row in rows if row["id"] in waited]
    done = sum(row["state"] == "recorded" and not row["unsaid"] for row in asked)
    return done, [row["failure"] for row in asked if row["state"] == "refused"]
