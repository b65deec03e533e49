"""The table of what forbids to skip whoever calls it."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from pathlib import Path

from nbops.slicing.effects import Patterns

_TABLE = Path(__file__).with_name("never_skipped.toml")
UNSEEDED = re.compile(
    r"\b(default_rng|RandomState|Random|PCG64|MT19937|SeedSequence|Philox|SFC64|seed)\(\s*(None\s*)?\)"
)
"""A generator made, or seeded, with nothing."""

NOW = re.compile(r"""\b(datetime64|Timestamp|to_datetime|DatetimeIndex|astype|array)\(\s*\[?\s*['"](now|today)['"]""")
"""A time made of the words for the present one."""


@lru_cache(maxsize=1)
def never_skipped() -> Patterns:
    """Return full name → (how sentences name it, whether another execution may give another result)."""
    table = tomllib.loads(_TABLE.read_text(encoding="utf-8"))
    return Patterns(
        (pattern, (entry["says"], bool(entry.get("fickle", False))))
        for entry in table.values()
        for pattern in entry["calls"]
    )
