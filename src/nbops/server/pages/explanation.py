"""What promoting a run would keep, as the sidebar's dialog shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import RunNotFound

if TYPE_CHECKING:
    from nbops.server.place import Place


def explanation_page(place: Place, ref: str) -> dict[str, Any]:
    """Return what would be kept and left out of the run *ref*, and where its notebook is.

    Raises:
        RunNotFound: No run answers to it.
        RunNotUsable: It cannot be promoted.
        SliceError: Its executions are not in the journal any more.
    """
    if not place.exists:
        raise RunNotFound(f"no run answers to {ref!r}")
    from nbops.pipelines.explain import explain

    found = explain(ref, workspace=place.workspace)
    return {**found.to_wire(), "open_path": place.served(found.notebook)}
