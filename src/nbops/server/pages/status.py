"""The workspace at a glance."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from nbops.server.pages.drift import drift_page

if TYPE_CHECKING:
    from nbops.server.place import Place


def status_page(place: Place) -> dict[str, Any]:
    """Return version, workspace, how many records wait, the recorder's state, and watches in `alert`."""
    status = {"version": version("nbops"), "workspace": place.workspace.root.name, "exists": place.exists}
    if not place.exists:
        return {**status, "pending": 0, "recorder": "idle", "alerts": 0}
    from nbops.recording.pending import pending, recorder_state

    alerts = sum(watch["state"] == "alert" for watch in drift_page(place)["watches"])
    return {
        **status,
        "pending": pending(place.workspace),
        "recorder": recorder_state(place.workspace),
        "alerts": alerts,
    }
