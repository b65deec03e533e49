"""Let the run that a pipeline was promoted from say so, too."""

from __future__ import annotations

from contextlib import suppress

from nbops.errors import NbopsError
from nbops.recording.annotate import change
from nbops.recording.get_run import get_run
from nbops.recording.run import LINEAGE_TAG
from nbops.workspace import Workspace


def mark_lineage(lineage: str, workspace: Workspace) -> None:
    """Tag the run that *lineage* begins with; one that is not known here, or says so already, is left alone."""
    with suppress(NbopsError):
        first = get_run(lineage, workspace=workspace)
        if LINEAGE_TAG not in first.tags:
            change(first, {"tags": {LINEAGE_TAG: lineage}}, workspace)
