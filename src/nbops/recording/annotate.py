"""What people add to a run afterwards: a name, a note, a star, tags; or hide it from lists."""

from __future__ import annotations

from collections.abc import Mapping

from nbops.capture.secrets.redaction import redact, redact_all
from nbops.errors import RunNotUsable
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.get_run import get_run
from nbops.recording.notes import CHANGED, append_note, notes_folder
from nbops.recording.process.start import wake
from nbops.recording.run import Json, Run
from nbops.recording.writing.mlflow_store import MlflowStore
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

    Secrets are masked. Screens show the change at once; the recorder brings it to MLflow, at the latest when MLflow is
    back.

    Raises:
        RunNotFound: *ref* leads nowhere.
        RunNotUsable: A tag begins with `nbops.` or `mlflow.`.
        JournalError: The disk refuses; nothing is changed.
    """
    if ours := [key for key in tags or {} if key.startswith(("nbops.", "mlflow."))]:
        raise RunNotUsable(f"the tag {ours[0]!r} is not for people to set", hint="a name without nbops. or mlflow.")
    texts = {key: redact(text).text if text else text for key, text in (("name", name), ("note", note))}
    given = texts | {"star": star, "hide": hide, "tags": redact_all(tags) if tags else None}
    place = workspace or find_workspace()
    run = get_run(ref, workspace=place)
    return change(run, {key: value for key, value in given.items() if value is not None}, place)


def change(run: Run, changes: Json, workspace: Workspace) -> Run:
    """Note *changes* to *run* durably, and let the recorder tell MLflow.

    Raises:
        JournalError: The disk refuses; nothing is changed.
    """
    if changes:
        append_note(notes_folder(workspace, run.session), CHANGED, run.id, changes=changes)
        wake(workspace)
    return get_run(run, workspace=workspace)


def store_of(run: Run, workspace: Workspace) -> MlflowStore:
    """Return the MLflow store that *run* belongs to."""
    with ReadModel(workspace).open() as connection:
        row = connection.execute("SELECT uri FROM runs WHERE id = ?", (run.id,)).fetchone()
    return MlflowStore(workspace, row["uri"] if row else "")
