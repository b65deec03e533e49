"""Pipelines that run now, as the sidebar shows them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place

_SHOWN = ("run", "pipeline", "path", "cell", "cells", "title", "started", "beat", "attempt", "state", "origin")


def running_page(place: Place) -> dict[str, Any]:
    """Return what runs now, the latest begun first, and what time it is here, so that clocks need not agree."""
    if not place.exists:
        return {"running": [], "now": 0}
    from nbops.pipelines.resuming.asked_parameters import asked_parameters
    from nbops.pipelines.running.list_running import list_running

    found = [running.to_wire() for running in list_running(place.workspace)]
    shown = [
        {
            **{name: one[name] for name in _SHOWN},
            "parameters": asked_parameters(one["run"], place.workspace),
            "open_path": place.served(one["path"]),
        }
        for one in found
    ]
    # Where nothing runs, the answer stays the same, so that the browser is told that nothing has changed.
    return {"running": shown, "now": round(time.time(), 1) if shown else 0}
