"""Delete runs softly, and take that back."""

from __future__ import annotations

from nbops.errors import RunNotUsable
from nbops.recording.annotate import change
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.list_runs import list_runs
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


def delete_run(ref: str | Run = "last", *, workspace: Workspace | None = None) -> Run:
    """Delete a run as MLflow's UI does (it can be restored); a replay of the journal does not bring it back.

    Raises:
        RunNotFound: *ref* leads nowhere.
        RunNotUsable: A model version or a pipeline came from it.
    """
    place = workspace or find_workspace()
    run = get_run(ref, workspace=place)
    if users := _users(run, place):
        raise RunNotUsable(f"run {run.name} cannot be deleted: {', '.join(users)} came from it", hint="nbops runs hide")
    return change(run, {"deleted": True}, place)


def restore_run(ref: str | Run, *, workspace: Workspace | None = None) -> Run:
    """Take a deletion back; of several deleted runs of one name, that of the latest.

    Raises:
        RunNotFound: *ref* leads nowhere.
        RunNotUsable: The run is not deleted (`last` and `best:…` never mean a deleted one).
    """
    place = workspace or find_workspace()
    run = _deleted(ref, place) or get_run(ref, workspace=place)
    if not run.deleted:
        raise RunNotUsable(f"run {run.name} ({run.id[:8]}) is not deleted", hint="nbops runs --deleted, and its id")
    return change(run, {"deleted": False}, place)


def _deleted(name: str | Run, workspace: Workspace) -> Run | None:
    found = list_runs(workspace, hidden=True, deleted=True) if isinstance(name, str) else []
    return next((run for run in found if run.name == name), None)


def _users(run: Run, workspace: Workspace) -> list[str]:
    """Name the versions that refer to the run; the registry keeps their documents current."""
    ids = {run.id, run.mlflow_run_id} - {None}
    return [
        f"{body.get('name')} v{body.get('version')}"
        for body in ReadModel(workspace).list("version")
        if {body.get("run_id"), body.get("mlflow_run_id")} & ids
    ]
