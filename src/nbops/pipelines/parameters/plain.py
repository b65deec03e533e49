"""Parameter values as JSON, for a notebook's metadata, MLflow and forms."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from nbops.pipelines.parameters.secret import Secret


def plain(value: Any) -> Any:  # noqa: PLR0911, C901 # one line a kind
    """Return JSON that `fit` turns into *value* again, given its type.

    Dates and times are ISO 8601 text, a timedelta is in seconds with its microseconds, bytes are text in Latin-1, sets
    and tuples are lists, numbers that are not finite are text.
    """
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return plain(value.item())
    if value is None or isinstance(value, bool | int | str | float):
        return _simple(value)
    if isinstance(value, Secret):
        return value.reference
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dt.datetime | dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return seconds_text(value)
    if isinstance(value, PurePath | Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return str(value)


def _simple(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(float(value))
    return next((kind(value) for kind in (bool, int, str, float) if isinstance(value, kind)), None)


def seconds_text(value: dt.timedelta) -> str:
    """Return a timedelta's seconds, exactly: `90`, `0.25`, `-1`."""
    micros = (value.days * 86_400 + value.seconds) * 1_000_000 + value.microseconds
    whole, rest = divmod(abs(micros), 1_000_000)
    text = f"{whole}.{rest:06}".rstrip("0").rstrip(".") if rest else str(whole)
    return f"-{text}" if micros < 0 else text
