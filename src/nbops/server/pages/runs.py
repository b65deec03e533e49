"""Runs as the sidebar shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.recording.run import Run
    from nbops.server.place import Place

Page = dict[str, Any]


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

    chosen = {**wanted, "notebook": place.recorded(notebook) if notebook else None, "hidden": hidden}
    found = list_runs(place.workspace, limit=limit, offset=offset, **chosen)
    total = count_runs(place.workspace, **chosen)
    return {
        "runs": [_wire(place, run) for run in found],
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


def change_run(place: Place, ref: str, changes: Page) -> Page:
    """Annotate the run *ref* and return it as it is now.

    Raises:
        RunNotFound: No run answers to it.
    """
    changes = dict(changes)
    if changes.pop("deleted", None) is False:
        from nbops.recording.delete_run import restore_run

        restore_run(ref, workspace=place.workspace)
    if changes:
        from nbops.recording.annotate import annotate

        annotate(ref, workspace=place.workspace, **changes)
    return run_page(place, ref)


def delete_run_from(place: Place, ref: str) -> None:
    """Delete the run *ref* softly.

    Raises:
        RunNotFound: No run answers to it.
        RunNotUsable: A version or a ledger entry refers to it.
    """
    from nbops.recording.delete_run import delete_run

    delete_run(ref, workspace=place.workspace)


def _wire(place: Place, run: Run) -> Page:
    from nbops.recording.to_wire import to_wire

    body = to_wire(run)
    return {**body, "open_path": place.served(body.get("notebook"))}
