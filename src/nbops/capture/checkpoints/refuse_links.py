"""Keep the folder of the checkpoints what it seems to be: a link there would lead to other people's files."""

from __future__ import annotations

import stat
from pathlib import Path

_INSIDE = ("", "blobs", "entries", "runs", ".gitignore")


class LeadsElsewhere(OSError):
    """A folder of the checkpoints is a link, or no folder at all."""


def refuse_links(folder: Path) -> None:
    """Make sure that neither *folder*, that of the checkpoints, nor what lies in it by its own name is a link.

    Raises:
        LeadsElsewhere: One of them is.
    """
    for name in _INSIDE:
        path = folder / name if name else folder
        try:
            linked = stat.S_ISLNK(path.lstat().st_mode)
        except FileNotFoundError:
            continue
        if linked:
            raise LeadsElsewhere(f"{path} is a link, so nothing is kept there")


def is_plain_file(path: Path) -> bool:
    """Say whether *path* itself is a file, neither link nor folder."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False
