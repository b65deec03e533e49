"""Begin and end to re-use what earlier runs of a workspace left behind."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from nbops.pipelines.resuming.entries import Entries
from nbops.pipelines.resuming.reuse import Reuse
from nbops.settings import usable_settings
from nbops.slicing.effects import project_effects

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from nbops.workspace import Workspace

_GIGABYTE = 1_000_000_000
_LARGEST = 4
"""One checkpoint may take this part of the quota: a quarter."""


def begin_reuse(notebook: NotebookNode, run: str, workspace: Workspace, *, fresh: bool) -> Reuse:
    """Return who decides which cells of *notebook* need not run.

    Args:
        notebook: The pipeline.
        run: Id of the run that begins.
        workspace: Where its checkpoints lie.
        fresh: Execute every cell; what they leave behind is kept all the same, so that the run can be resumed.
    """
    limit = _quota(workspace) // _LARGEST
    effects = project_effects(workspace.project)
    return Reuse(notebook, Entries(workspace), run, effects, limit=limit, fresh=fresh)


def end_reuse(workspace: Workspace) -> None:
    """Bring the checkpoints of *workspace* down to their quota."""
    with suppress(OSError):
        Entries(workspace).evict(_quota(workspace))


def _quota(workspace: Workspace) -> int:
    return int(usable_settings(workspace.project).checkpoint_gb * _GIGABYTE)
