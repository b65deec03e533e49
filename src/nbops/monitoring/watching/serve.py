"""Look whenever a watch is due: a small process, one for each workspace."""

from __future__ import annotations

import signal as signals
import threading
import time
from typing import TYPE_CHECKING, Any

from nbops.alerts.send import send
from nbops.errors import NbopsError
from nbops.monitoring.retraining.after_check import after_check
from nbops.monitoring.watching.check import check
from nbops.monitoring.watching.list_watches import due_watches, list_watches
from nbops.monitoring.watching.plans import alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nbops.workspace import Workspace

_LONGEST, _SHORTEST = 30.0, 0.2


def serve(workspace: Workspace, tell: Callable[[str], None], *, stop: threading.Event | None = None) -> None:
    """Check every watch when it is due and send what is to be sent, until SIGTERM or SIGINT.

    A check that has begun is finished first, with the retraining that it sets off, during which others wait; what is
    due then waits for whoever looks next. New and changed watches are noticed within half a minute.

    Args:
        workspace: Whose watches.
        tell: Is given a line for everything that happens.
        stop: Set it to end; made where it is not given, and then set by the signals.

    Raises:
        WatchBusy: Another process serves this workspace.
    """
    stop = stop or _stopped_by_signals()
    with alone(workspace, ".serve", "the watches of this workspace are served by another process already"):
        tell(f"watching {len(list_watches(workspace))} of {workspace.project.name}; stop with Ctrl-C or SIGTERM")
        while not stop.is_set():
            for name in due_watches(workspace, time.time()):
                if stop.is_set():
                    break
                for line in _checked(name, workspace):
                    tell(line)
            _send(workspace, tell)
            stop.wait(_pause(workspace))
        tell("stopped")


def _checked(name: str, workspace: Workspace) -> Iterator[str]:
    try:
        outcome = check(name, workspace=workspace)
    except (NbopsError, OSError) as error:
        yield f"{name}: not checked: {error}"
        return
    yield f"{name}: {outcome.state}: {outcome.sentence}"
    came = after_check(outcome, workspace=workspace)
    if came is not None:
        yield str(came)


def _send(workspace: Workspace, tell: Callable[[str], None]) -> None:
    try:
        for one in send(workspace):
            tell(f"alert {one.alert} to {one.route}: {one.error or 'sent'}")
    except (NbopsError, OSError) as error:
        tell(f"alerts cannot be sent: {error}")


def _pause(workspace: Workspace) -> float:
    due = [one.due for one in list_watches(workspace) if one.due is not None]
    return min(max(min(due, default=float("inf")) - time.time(), _SHORTEST), _LONGEST)


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()

    def end(number: int, _frame: Any) -> None:
        stop.set()
        signals.signal(number, signals.SIG_DFL)  # asked twice: at once

    for number in (signals.SIGTERM, signals.SIGINT):
        signals.signal(number, end)
    return stop
