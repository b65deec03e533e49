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


def notebook_of(shell: Any, workspace: Workspace) -> str | None:
    """Return the notebook's path relative to the project, where the frontend tells it."""
    told = shell.user_ns.get("__vsc_ipynb_file__") if shell is not None else None
    told = told or os.environ.get("JPY_SESSION_NAME")
    if not isinstance(told, str) or Path(told).suffix not in _NOTEBOOKS:
        return None
    return workspace.relative(told)
