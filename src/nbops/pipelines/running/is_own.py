"""Whether a file or folder was made by this user."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def is_own(path: Path, *, folder: bool = False) -> bool:
    """Say whether *path* is a regular file (or a folder), no link, and belongs to this user.

    Where the system knows no owners (Windows), only its kind counts.
    """
    try:
        told = path.lstat()
    except OSError:
        return False
    is_kind = stat.S_ISDIR(told.st_mode) if folder else stat.S_ISREG(told.st_mode)
    return is_kind and (not hasattr(os, "getuid") or told.st_uid == os.getuid())
