"""Where the interpreter and installed packages lie."""

from __future__ import annotations

import os
import sysconfig
from functools import cache

SITES = ("/site-packages/", "/dist-packages/")
_NAMES = ("stdlib", "platstdlib", "purelib", "platlib", "include")


def lies_in_library(path: str) -> bool:
    """Say whether *path* lies in Python's own library or among installed packages; nothing is asked of the disk."""
    return path.startswith(_folders()) or any(site in path.replace(os.sep, "/") for site in SITES)


@cache
def _folders() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {paths[name] for name in _NAMES if name in paths}
    return tuple(folder + os.sep for folder in found | {os.path.realpath(folder) for folder in found})
