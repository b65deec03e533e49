"""Lengths and points of time as people write them."""

from __future__ import annotations

import re
from datetime import datetime

from nbops.errors import ConfigError

_UNITS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "D": 86400, "w": 604800, "W": 604800}
_LENGTH = re.compile(r"(\d{1,12})\s*(s|min|m|h|d|D|w|W)")
_LONGEST = 100 * 366 * 86400  # a century: what lasts longer than that is a slip, and no date comes after it


def read_length(text: str) -> float:
    """Return the seconds in a length such as `30min`, `4h`, `1d` or `2w`.

    Raises:
        ConfigError: It is written otherwise, zero, or more than a century.
    """
    found = _LENGTH.fullmatch(text.strip())
    if found is None or not int(found[1]):
        raise ConfigError(f"{text!r} is not a length of time", hint="30min, 4h, 1d, 2w")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST:
        raise ConfigError(f"{text!r} is more than a century", hint="30min, 4h, 1d, 2w")
    return float(seconds)


def read_moment(text: str) -> float:
    """Return a point in time such as `2030-01-31` or `2030-01-31T08:00` (local, unless it names a zone).

    Raises:
        ConfigError: It is written otherwise.
    """
    try:
        return datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"{text!r} is not a point in time", hint="2030-01-31T08:00") from error
