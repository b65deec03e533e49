"""Delete runs softly, and take that back."""

from __future__ import annotations

from nbops.errors import RunNotUsable
from nbops.recording.annotate import store_of
from nbops.recording.get_run import get_run
from nbops.recording.read_model import ReadModel
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


def delete_run(ref: str | Run = "last", *, workspace: Workspace | None = None) -> Run:
    """Delete a run as MLflow's UI does (it can be restored); a replay of the journal does not bring it back.

    Raises:
        RunNotFound: *ref* leads nowhere.
        RunNotUsable: A model version came from it.
        StoreUnavailable: The run is in MLflow and MLflow does not answer.
    """
    place = workspace or find_workspace()
    run = get_run(ref, workspace=place)
    if run.mlflow_run_id and not run.deleted:
        store = store_of(run, place)
        if versions := store.versions_of(run.mlflow_run_id):
            raise RunNotUsable(
                f"run {run.name} cannot be deleted: {', '.join(versions)} came from it", hint="nbops runs hide"
            )
        store.delete_run(run.mlflow_run_id)
    return _mark(run, place, deleted=True)


def restore_run(ref: str | Run, *, workspace: Workspace | None = None) -> Run:
    """Take a deletion back.

    Raises:
        RunNotFound: *ref* leads nowhere.
        StoreUnavailable: MLflow does not answer.
    """
    place = workspace or find_workspace()
    run = get_run(ref, workspace=place)
    if run.mlflow_run_id and run.deleted:
        store_of(run, place).restore_run(run.mlflow_run_id)
    return _mark(run, place, deleted=False)


def _mark(run: Run, workspace: Workspace, *, deleted: bool) -> Run:
    with ReadModel(workspace).open(write=True) as connection:
        connection.execute("UPDATE runs SET deleted = ? WHERE id = ?", (int(deleted), run.id))
    return get_run(run, workspace=workspace)
