"""Modules of the user's among the values of a namespace."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from nbops.capture.code.is_own_source import is_own_source

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
        known = _known[path] = is_own_source(str(vars(value).get("__name__", "")), path)
    return known
