"""Models and versions as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.server.place import Place


def models_page(place: Place) -> dict[str, Any]:
    """Return the registered models by name, each with its versions, latest first."""
    if not place.exists:
        return {"models": []}
    from nbops.recording.folding.read_model import ReadModel

    versions: dict[str, list[dict[str, Any]]] = {}
    for document in ReadModel(place.workspace).list("version"):
        versions.setdefault(document["name"], []).append(document)
    for found in versions.values():
        found.sort(key=lambda document: int(document["version"]), reverse=True)
    return {"models": [{"name": name, "versions": versions[name]} for name in sorted(versions)]}
