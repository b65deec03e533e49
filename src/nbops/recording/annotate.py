"""What people add to a run afterwards: a name, a note, a star, tags; or hide it from lists."""

from __future__ import annotations

import json
from collections.abc import Mapping

from nbops.recording.get_run import get_run
from nbops.recording.mlflow_store import MlflowStore
from nbops.recording.read_model import ReadModel
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


def annotate(
    ref: str | Run,
    *,
    name: str | None = None,
    note: str | None = None,
    star: bool | None = None,
    hide: bool | None = None,
    tags: Mapping[str, str] | None = None,
    workspace: Workspace | None = None,
) -> Run:
    """Change what is given, leave the rest, and return the run as it is now.

    Raises:
        RunNotFound: *ref* leads nowhere.
        StoreUnavailable: The run is in MLflow already and MLflow does not answer; nothing is changed.
    """
    place = workspace or find_workspace()
    run = get_run(ref, workspace=place)
    if run.mlflow_run_id:
        _tell_mlflow(store_of(run, place), run.mlflow_run_id, name, note, star, hide, tags or {})
    values = {"renamed": name, "note": note, "starred": star, "hidden": hide}
    if tags:
        values["tags"] = json.dumps(run.tags | dict(tags))
    changes = {column: value for column, value in values.items() if value is not None}
    if changes:
        with ReadModel(place).open(write=True) as connection:
            assignments = ", ".join(f"{column} = ?" for column in changes)
            connection.execute(f"UPDATE runs SET {assignments} WHERE id = ?", (*changes.values(), run.id))  # noqa: S608
    return get_run(run, workspace=place)


def store_of(run: Run, workspace: Workspace) -> MlflowStore:
    """Return the MLflow store that *run* belongs to."""
    with ReadModel(workspace).open() as connection:
        row = connection.execute("SELECT body FROM sessions WHERE session = ?", (run.session,)).fetchone()
    return MlflowStore(workspace, json.loads(row["body"]).get("tracking_uri", "") if row else "")


def _tell_mlflow(
    store: MlflowStore,
    run_id: str,
    name: str | None,
    note: str | None,
    star: bool | None,
    hide: bool | None,
    tags: Mapping[str, str],
) -> None:
    if name is not None:
        store.set_name(run_id, name)
    if note is not None:
        store.set_tag(run_id, "nbops.note", note or None)
    for key, flag in (("nbops.star", star), ("nbops.hidden", hide)):
        if flag is not None:
            store.set_tag(run_id, key, "true" if flag else None)
    for key, value in tags.items():
        store.set_tag(run_id, key, value)
