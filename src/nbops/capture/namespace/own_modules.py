"""Modules that the user writes beside the notebook, as distinct from installed libraries."""

from __future__ import annotations

import sysconfig
from types import ModuleType
from typing import Any

_INSTALLED = ("site-packages", "dist-packages")
_known: dict[str, bool] = {}


def is_own_module(value: Any) -> bool:
    """Whether *value* is a Python module of the user's, the state of which a cell may change."""
    if not issubclass(type(value), ModuleType):
        return False
    path = vars(value).get("__file__")
    if type(path) is not str:
        return False
    known = _known.get(path)
    if known is None:
        known = _known[path] = _is_own(path, str(vars(value).get("__name__", "")))
    return known


def _is_own(path: str, name: str) -> bool:
    library = tuple(sysconfig.get_paths()[key] for key in ("stdlib", "platstdlib"))
    installed = path.startswith(library) or any(folder in path for folder in _INSTALLED)
    return path.endswith(".py") and not installed and name.partition(".")[0] not in {"nbops", "__main__"}
