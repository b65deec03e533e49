"""Notice that something loaded has changed on disk since."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISDIR

from nbops.pipelines.running.warm.installed import sites

Stamps = dict[str, tuple[int, int]]
_NOT_THERE = (0, 0)


def stamps() -> Stamps:
    """Return (time of change, size) of each loaded module's file, of the folders of packages and their `.pth` files.

    Installing, upgrading or removing anything changes the folder that it lies in.
    """
    paths = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    for folder in sites():
        paths |= {folder, *(str(path) for path in Path(folder).glob("*.pth"))}
    return stamps_of(path for path in paths if isinstance(path, str))


def stamps_of(paths: Iterable[str]) -> Stamps:
    """Return the same of *paths*; of one that is not there, too."""
    return {path: _stamp(path) for path in paths}


def changed(since: Stamps) -> str:
    """Return a path that is no longer as it was, or empty text. Takes a microsecond or two for each path."""
    for path, known in since.items():  # thousands of them, before each kernel: spelled out, without a call for each
        try:
            found = os.stat(path)  # noqa: PTH116
        except OSError:
            if known != _NOT_THERE:
                return path
            continue
        if found.st_mtime_ns != known[0] or (found.st_size != known[1] and not S_ISDIR(found.st_mode)):
            return path
    return ""


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return _NOT_THERE
    return (found.st_mtime_ns, 0 if S_ISDIR(found.st_mode) else found.st_size)
