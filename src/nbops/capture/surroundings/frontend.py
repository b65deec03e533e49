"""Where a session's code comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.workspace import Workspace

PIPELINE_SPEC = "NBOPS_PIPELINE_SPEC"
_NOTEBOOKS = {".ipynb", ".py", ".md", ".qmd", ".Rmd"}


def frontend_of(shell: Any) -> str:
    """Return `jupyter`, `vscode`, `ipython`, `papermill`, or `python` without a shell."""
    if os.environ.get(PIPELINE_SPEC):
        return "papermill"
    if shell is None:
        return "python"
    if "__vsc_ipynb_file__" in shell.user_ns:
        return "vscode"
    return "jupyter" if getattr(shell, "kernel", None) is not None else "ipython"


def cell_id_of(info: Any) -> str | None:
    """Return the id of the cell that IPython describes by *info*, where the frontend tells it.

    VS Code sends a URI with the notebook's whole path; what tells cells apart is the part behind `#`.
    """
    told = getattr(info, "cell_id", None)
    if not isinstance(told, str):
        return None
    return told.rpartition("#")[2] if told.startswith("vscode-") and "#" in told else told


def notebook_of(shell: Any, workspace: Workspace) -> str | None:
    """Return the notebook's path relative to the project, where the frontend tells it."""
    told = shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None
    told = told or os.environ.get("JPY_SESSION_NAME")
    if not isinstance(told, str) or Path(told).suffix not in _NOTEBOOKS:
        return None
    return workspace.relative(told)
