"""Values and their kinds as sentences name them; no value is too long, too odd or too deep for that."""

from __future__ import annotations

from typing import Any

_SHOWN = 60


def shown(value: Any) -> str:
    """Return *value* as Python shows it, cut where it is long."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 # a value may do anything when it is asked
        return f"<{type(value).__name__}>"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def a_kind(value: Any) -> str:
    """Return the name of *value*'s class with its article: `an int`, `a str`."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"
