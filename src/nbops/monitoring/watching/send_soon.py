"""Send alerts without making anybody wait."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from nbops.alerts.routes import read_routes
from nbops.alerts.send import send
from nbops.errors import NbopsError

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def send_soon(workspace: Workspace) -> threading.Thread | None:
    """Start sending what is due in a thread; None where the project has no routes.

    What it does not get done before the process ends is done by the next check, or by `nbops watch serve`.
    """
    with suppress(NbopsError, OSError):
        if read_routes(workspace.project):
            thread = threading.Thread(target=_send, args=(workspace,), name="nbops-alerts", daemon=True)
            thread.start()
            return thread
    return None


def _send(workspace: Workspace) -> None:
    with suppress(NbopsError, OSError):  # the alert stays, and doctor says what is wrong with its routes
        send(workspace)
