"""Watches and their reports as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place

_REPORTS = 60


def drift_page(place: Place) -> dict[str, Any]:
    """Return the watches, each with its last reports, oldest first, and the state of the latest."""
    if not place.exists:
        return {"watches": []}
    from nbops.recording.folding.read_model import ReadModel

    model = ReadModel(place.workspace)
    reports: dict[str, list[dict[str, Any]]] = {}
    for report in sorted(model.list("report"), key=lambda document: str(document.get("created", ""))):
        reports.setdefault(report["watch"], []).append(report)
    watches = {document.get("name") or document["watch"]: document for document in model.list("watch")}
    for name in reports.keys() - watches.keys():
        watches[name] = {"name": name, "model": reports[name][-1].get("model")}
    return {"watches": [_shown(name, watches[name], reports.get(name, [])) for name in sorted(watches)]}


def _shown(name: str, watch: dict[str, Any], reports: list[dict[str, Any]]) -> dict[str, Any]:
    state = reports[-1].get("state", "unknown") if reports and not watch.get("trouble") else "unknown"
    return {**watch, "name": name, "state": state, "reports": reports[-_REPORTS:]}
