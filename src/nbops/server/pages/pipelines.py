"""Pipelines as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import NbopsError

if TYPE_CHECKING:
    from pathlib import Path

    from nbops.server.place import Place

_LAST, _RECENT = 5, 200
_BRIEF = ("run_id", "name", "status", "params", "metrics", "started", "duration")


def pipelines_page(place: Place) -> dict[str, Any]:
    """Return the pipelines, latest first, each with its last runs."""
    if not place.exists:
        return {"pipelines": []}
    from nbops.recording.folding.read_model import ReadModel
    from nbops.recording.list_runs import list_runs
    from nbops.recording.to_wire import to_wire

    documents = [document for document in ReadModel(place.workspace).list("pipeline") if _is_there(place, document)]
    runs = list_runs(place.workspace, kind="pipeline", limit=_RECENT) if documents else []
    documents.sort(key=lambda document: float(document.get("created") or 0), reverse=True)
    known = {run.id: to_wire(run) for run in runs}
    return {"pipelines": [_shown(place, document, known) for document in documents]}


def _is_there(place: Place, document: dict[str, Any]) -> bool:
    return (place.workspace.project / str(document["path"])).is_file()


def _shown(place: Place, document: dict[str, Any], known: dict[str, dict[str, Any]]) -> dict[str, Any]:
    runs = [known[key] for key in document.get("runs", ()) if key in known]
    brief = [{name: run[name] for name in _BRIEF} for run in runs[:_LAST]]
    state, why = _state(place.workspace.project / str(document["path"]), document)
    return {**document, "state": state, "why": why, "open_path": place.served(document["path"]), "last_runs": brief}


def _state(path: Path, document: dict[str, Any]) -> tuple[str, str]:
    """Return `verified`, `stale` or `unverified`, and why."""
    from nbops.pipelines.notebook.notebooks import is_edited

    verdict = str(document.get("verdict") or "")
    if not document.get("verified"):
        return "unverified", verdict
    try:
        if is_edited(path):
            return "stale", "the notebook was edited since it was verified"
    except NbopsError as error:
        return "stale", str(error)
    return "verified", verdict
