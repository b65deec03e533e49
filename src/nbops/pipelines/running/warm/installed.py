"""Which modules come from an installed distribution or from Python itself, and so do not change between two runs."""

from __future__ import annotations

import sys
import sysconfig
from importlib.machinery import PathFinder
from pathlib import Path

_SITES = {"site-packages", "dist-packages"}


def is_installed(module: str) -> bool:
    """Say whether the top-level package of *module* is Python's own or installed; an editable install is not."""
    top = module.partition(".")[0]
    if top in sys.builtin_module_names:
        return True
    if top in sys.stdlib_module_names:
        found = PathFinder.find_spec(top)
        return found is not None and found.origin is not None and lies_installed(found.origin)
    found = PathFinder.find_spec(top, sites())
    first = PathFinder.find_spec(top)
    if found is None or first is None or found.origin is None or first.origin != found.origin:
        return False  # not there, a namespace, or hidden by a module of the project
    return lies_installed(found.origin)


def lies_installed(file: str) -> bool:
    """Say whether a module's *file* lies, links followed, among the installed packages or in Python's own library."""
    if file in {"built-in", "frozen"}:
        return True
    path = Path(file).resolve()
    if _SITES & set(path.parts[:-1]):
        return True
    return any(path.is_relative_to(Path(sysconfig.get_path(name)).resolve()) for name in ("stdlib", "platstdlib"))


def sites() -> list[str]:
    """Return the folders of installed packages on the search path."""
    return [folder for folder in sys.path if Path(folder).name in _SITES and Path(folder).is_dir()]
