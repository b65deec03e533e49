"""Where the tour lies, and the workspace that it fills."""

from __future__ import annotations

import os
from pathlib import Path

from nbops.errors import PipelineNotFound
from nbops.workspace import ENVIRONMENT, Workspace, find_workspace, open_workspace

_PLACE = Path("notebooks", "tour.ipynb")


def find_tour() -> Path:
    """Return the tour notebook of the checkout around the current directory or around this installation.

    Raises:
        PipelineNotFound: This is an installation without a checkout.
    """
    here = Path.cwd()
    checkout = Path(__file__).parents[3]
    for folder in (here, *here.parents, checkout):
        path = folder / _PLACE
        if path.is_file():
            return path
    raise PipelineNotFound("the tour notebook is part of a checkout of nbops, and this is not one", hint="make demo")


def tour_workspace(notebook: Path) -> Workspace:
    """Return the workspace that the tour's kernel, the sidebar and `nbops` in its folder all find."""
    named = os.environ.get(ENVIRONMENT)
    return open_workspace(None if named else find_workspace(notebook.parent).project)
