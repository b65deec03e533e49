"""The names of parameter types, which are those of Python's classes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import PurePath
from typing import Any

ANY = "any"
_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "bool"),
    (int, "int"),
    (float, "float"),
    (str, "str"),
    (bytes, "bytes"),
    (list, "list"),
    (dict, "dict"),
    (tuple, "tuple"),
    (set, "set"),
    (dt.datetime, "datetime"),
    (dt.date, "date"),
    (dt.time, "time"),
    (dt.timedelta, "timedelta"),
    (PurePath, "Path"),
    (Decimal, "Decimal"),
)
TYPES = frozenset(name for _, name in _KINDS)


def type_of(value: Any) -> str:
    """Return the name of *value*'s parameter type; `any` for None and for what has none."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), ANY)
