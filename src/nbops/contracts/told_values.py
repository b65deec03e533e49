"""Offending values as people may see them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbops.capture.secrets.redaction import MASK, redact_value
from nbops.contracts.seen_as import plain_text

MOST, _LONGEST = 3, 60


def told_values(name: str, values: Iterable[Any], *, sensitive: bool, most: int = MOST) -> tuple[str, ...]:
    """Return the first few different *values* as short texts.

    Args:
        name: Of their column; where it says that they are secrets, they are.
        values: As they were found.
        sensitive: None may be shown.
        most: How many.
    """
    if sensitive:
        return ()
    told: dict[str, None] = {}
    for value in values:
        text = " ".join(plain_text(value).split())
        shown = str(redact_value(name, text)[0])
        told[shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"] = None
        if len(told) == most:
            break
    return tuple(told)


def listed(examples: Iterable[str], *, sensitive: bool) -> str:
    """Return *examples* as they stand in a sentence; of a sensitive column, that there are none to be seen."""
    if sensitive:
        return f" ({MASK}: the column is sensitive)"
    told = ", ".join(repr(one) if one != MASK else one for one in examples)
    return f" ({told})" if told else ""
