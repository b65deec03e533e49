"""The parameters that a run of a pipeline was asked for, while it runs and afterwards."""

from __future__ import annotations

import json
from typing import Any

from nbops.capture.checkpoints.blobs import FOLDER
from nbops.workspace import Workspace


def asked_parameters(run: str, workspace: Workspace) -> dict[str, Any]:
    """Return name → value of what was given for the run with the id *run*; defaults and secrets are not among them."""
    try:
        told = json.loads((workspace.root / FOLDER / "runs" / f"{run}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    given = told.get("parameters") if isinstance(told, dict) else None
    return given if isinstance(given, dict) else {}
