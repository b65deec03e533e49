"""Pipelines as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place

_LAST, _RECENT = 5, 200
_BRIEF = ("run_id", "name", "status", "params", "metrics", "started", "duration")


def pipelines_page(place: Place) -> dict[str, Any]:
    """Return the pipelines, latest first, each with whether its proof still holds and with its last runs."""
    if not place.exists:
        return {"pipelines": []}
    from nbops.pipelines.list_pipelines import list_pipelines
    from nbops.recording.list_runs import list_runs
    from nbops.recording.to_wire import to_wire

    documents = list_pipelines(place.workspace)
    runs = list_runs(place.workspace, kind="pipeline", limit=_RECENT) if documents else []
    documents.sort(key=lambda document: float(document.get("created") or 0), reverse=True)
    known = {run.id: to_wire(run) for run in runs}
    return {"pipelines": [_shown(place, document, known) for document in documents]}


def _shown(place: Place, document: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    runs = [known[key] for key in document.get("runs", ()) if key in known]
    brief = [{name: run[name] for name in _BRIEF} for run in runs[:_LAST]]
    return {**document, "open_path": place.served(document["path"]), "last_runs": brief}
