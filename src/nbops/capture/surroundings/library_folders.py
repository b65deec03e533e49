"""Where the interpreter and installed packages lie."""

from __future__ import annotations

import os
import sysconfig
from functools import cache

_NAMES = ("stdlib", "platstdlib", "purelib", "platlib", "include")


@cache
def library_folders() -> tuple[str, ...]:
    """Return the folders of the standard library and of installed packages, each with a separator at its end."""
    paths = sysconfig.get_paths()
    return tuple({paths[name] + os.sep for name in _NAMES if name in paths})
