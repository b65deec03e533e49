"""Runs as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.recording.run import Run
    from nbops.server.place import Place

Page = dict[str, Any]

_LONG = frozenset({"environment", "source"})
"""What lists leave out; `nbops/runs/{id}` has it."""


def runs_page(
    place: Place, notebook: str, wanted: dict[str, str | None], *, hidden: bool, limit: int, offset: int
) -> Page:
    """Return one page of runs, latest first.

    Args:
        place: Where to look.
        notebook: Only runs of this notebook, as Jupyter's file browser names it; empty means all.
        wanted: `query` (words in names, values, tags) and `status`, each None for any.
        hidden: Also runs that a person hid or that are empty.
        limit: Length of the page.
        offset: How many newer runs to pass over.
    """
    if not place.exists:
        return {"runs": [], "total": 0, "pending": 0}
    from nbops.recording.list_runs import count_runs, list_runs
    from nbops.recording.pending import pending

    chosen: dict[str, Any] = {**wanted, "notebook": place.recorded(notebook) if notebook else None, "hidden": hidden}
    found = list_runs(place.workspace, limit=limit, offset=offset, **chosen)
    served = {notebook: place.served(notebook) for notebook in {run.notebook for run in found}}
    total = count_runs(place.workspace, **chosen)
    return {
        "runs": [_brief(run, served[run.notebook]) for run in found],
        "total": total,
        "pending": pending(place.workspace),
    }


def run_page(place: Place, ref: str) -> Page:
    """Return everything that is known about the run *ref*.

    Raises:
        RunNotFound: No run answers to it.
    """
    from nbops.recording.get_run import get_run

    return _wire(place, get_run(ref, workspace=place.workspace))


def _brief(run: Run, open_path: str | None) -> Page:
    from nbops.recording.to_wire import to_wire

    body = {name: value for name, value in to_wire(run).items() if name not in _LONG}
    return {**body, "open_path": open_path}


def _wire(place: Place, run: Run) -> Page:
    from nbops.recording.to_wire import to_wire

    body = to_wire(run)
    return {**body, "open_path": place.served(body.get("notebook"))}
