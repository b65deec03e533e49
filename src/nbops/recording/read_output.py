"""The tail of what a run printed."""

from __future__ import annotations

import json

from nbops.capture.journal.journal import read_blob
from nbops.errors import JournalError
from nbops.recording.folding.read_model import ReadModel
from nbops.recording.run import Run
from nbops.workspace import Workspace, find_workspace


def read_output(run: Run, *, workspace: Workspace | None = None) -> str:
    """Return what *run* printed last, at most 16 KB; empty where it printed nothing, or where its journal is gone."""
    place = workspace or find_workspace()
    with ReadModel(place).open() as connection:
        row = connection.execute("SELECT closed FROM bodies WHERE id = ?", (run.id,)).fetchone()
    blob = json.loads(row["closed"]).get("output", {}).get("blob") if row else None
    if not blob or not run.session:
        return ""
    try:
        return read_blob(place.journals / run.session, blob).decode(errors="replace")
    except JournalError:
        return ""
