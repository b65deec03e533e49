"""Parameter values as Python text that means exactly the same value, and their types by name."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from nbops.errors import ParameterError


def codify(value: Any) -> str:  # noqa: C901, PLR0911 # one line a type
    """Return Python text for *value* that needs no name to be imported first.

    Raises:
        ParameterError: No such text exists for its type.
    """
    if isinstance(value, enum.Enum):
        return codify(value.value)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    for kind in (bool, int, float, str, bytes):
        if isinstance(value, kind):
            return kind.__repr__(value)  # a subclass might say anything
    if value is None:
        return "None"
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return f"__import__('datetime').{type(value).__name__}.fromisoformat({value.isoformat()!r})"
    if isinstance(value, PurePath):
        return f"__import__('pathlib').Path({str(value)!r})"
    if isinstance(value, Decimal):
        return f"__import__('decimal').Decimal({str(value)!r})"
    if isinstance(value, tuple):
        return f"({''.join(codify(item) + ', ' for item in value)})"
    if isinstance(value, list):
        return f"[{', '.join(map(codify, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{codify(key)}: {codify(item)}" for key, item in value.items()) + "}"
    raise ParameterError(
        f"a {type(value).__name__} cannot be a parameter", hint="numbers, text, dates, paths, lists, dicts"
    )


def type_of(value: Any) -> str:
    """Return the name of *value*'s parameter type: `int`, `float`, `bool`, `str`, `list`, `dict` or `any`."""
    for kind in (bool, int, float, str, list, dict):
        if isinstance(value, kind):
            return kind.__name__
    return "any"
