"""MLflow plugin: runs that users start themselves, or autolog starts, carry the identity of the cell too."""

from __future__ import annotations

import sys
from contextlib import suppress

from nbops.errors import NbopsError
from nbops.recording.kernel_session import kernel_cell
from nbops.recording.notes import MET, append_note, notes_folder
from nbops.recording.writing.git_tags import git_tags


class CellContext:
    """Tags for MLflow's fluent API. Cheap, and silent where no kernel session of ours is active."""

    def in_context(self) -> bool:
        """Say whether a cell that nbops observes runs now."""
        return kernel_cell() is not None

    def tags(self) -> dict[str, str]:
        """Return the tags of the cell that runs now, and note that its run has an MLflow run of its own.

        The recorder then completes that run instead of making a second one.
        """
        cell = kernel_cell() or {}
        if cell.get("run"):
            _note(cell["run"])
        tags = {
            "nbops.run": cell.get("run"),
            "nbops.cell_id": cell.get("cell"),
            "nbops.execution_count": cell.get("count"),
            "nbops.session": cell.get("session"),
            "mlflow.source.name": cell.get("notebook"),
            "mlflow.source.type": "NOTEBOOK" if cell.get("notebook") else None,
        }
        if cell.get("repository"):
            tags |= git_tags(cell["repository"]())
        return {name: str(value) for name, value in tags.items() if value is not None}


def _note(run: str) -> None:
    session = sys.modules["nbops.capture.runs.session"].current_session()
    with suppress(NbopsError):  # MLflow would fail the user's cell; a second run in MLflow is the lesser harm
        append_note(notes_folder(session.workspace, session.id), MET, run, durable=False)
