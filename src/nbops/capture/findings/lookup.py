"""Find what a person named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nbops.capture.namespace.values import config_entries


def look_up(name: str, namespace: Mapping[str, Any]) -> tuple[Any, bool]:
    """Return the value of a name, dotted for an entry of a configuration, and whether it is there."""
    if name in namespace:
        return namespace[name], True
    head, _, rest = name.partition(".")
    value: Any = namespace.get(head)
    if not rest or head not in namespace:
        return None, False
    return look_up(rest, config_entries(value) or {})


def missing(what: str, name: str, candidates: Iterable[str]) -> str:
    """Return the sentence about a name that is not there, with near matches."""
    import difflib

    public = [candidate for candidate in candidates if not candidate.startswith("_")]
    near = difflib.get_close_matches(name, public, n=3)
    return f"{what} {name!r} is not there" + (f"; did you mean {' or '.join(map(repr, near))}?" if near else "")
