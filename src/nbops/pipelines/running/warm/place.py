"""Where the parents of a user's warm kernels listen: a folder that only the user can enter."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

PLACE = "NBOPS_WARM"
"""Environment variable: another folder (tests, machines with several containers)."""


def place() -> Path:
    """Return the folder, created where it is not there.

    Raises:
        PermissionError: It belongs to somebody else or others can enter it.
    """
    named = os.environ.get(PLACE)
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    chosen = (
        Path(named) if named
        else Path(runtime) / "nbops-warm" if runtime and Path(runtime).is_dir()
        else Path(tempfile.gettempdir()) / f"nbops-warm-{os.getuid()}"
    )  # fmt: skip
    chosen.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = chosen.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{chosen} can be entered by others")
    return chosen
