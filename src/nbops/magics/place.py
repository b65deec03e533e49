"""Where this kernel records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.capture.runs.session import current_session

if TYPE_CHECKING:
    from nbops.workspace import Workspace


def kernel_workspace() -> Workspace:
    """Return the workspace that this kernel's cells are recorded in, also after an `os.chdir`, or once it was moved."""
    session = current_session()
    session.follow()
    return session.workspace
