"""Pipelines as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place

_LAST = 5


def pipelines_page(place: Place) -> dict[str, Any]:
    """Return the pipelines, latest first, each with its last runs."""
    if not place.exists:
        return {"pipelines": []}
    from nbops.recording.list_runs import list_runs
    from nbops.recording.read_model import ReadModel
    from nbops.recording.to_wire import to_wire

    documents = ReadModel(place.workspace).list("pipeline")
    runs = [to_wire(run) for run in list_runs(place.workspace, kind="pipeline", limit=200)] if documents else []
    documents.sort(key=lambda document: str(document.get("created", "")), reverse=True)
    return {"pipelines": [_shown(place, document, runs) for document in documents]}


def _shown(place: Place, document: dict[str, Any], runs: list[dict[str, Any]]) -> dict[str, Any]:
    own = [run for run in runs if run.get("tags", {}).get("nbops.pipeline") == document.get("name")]
    return {**document, "open_path": place.served(document.get("path")), "last_runs": own[:_LAST]}
