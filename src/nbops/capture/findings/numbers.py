"""The real scalars that a value holds, by dotted names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbops.capture.namespace.values import config_entries, finite_number, is_ours
from nbops.capture.untouchable import is_untouchable

MOST_ENTRIES = 50
_DICTS = {"defaultdict", "OrderedDict", "Counter", "Bunch"}


def numbers_in(name: str, value: Any, depth: int = 3) -> Iterator[tuple[str, Any]]:
    """Yield the real scalars in *value*: itself, or those in a dict, text-labelled Series, dataclass or named tuple.

    Args:
        name: What the value is called; entries are named `name.key`.
        value: Anything; nothing of its own is called.
        depth: How deep dicts in dicts are followed, as in `classification_report(output_dict=True)`.
    """
    if is_untouchable(value):
        return
    entries = entries_of(value)
    if entries is None:
        if finite_number(value)[1]:
            yield name, value
        return
    if depth and len(entries) <= MOST_ENTRIES:
        for key, item in entries:
            yield from numbers_in(f"{name}.{key}", item, depth - 1)


def entries_of(value: Any) -> list[tuple[Any, Any]] | None:
    """Return the named entries of *value*, none where their names are no plain ones; None where it has no entries."""
    kind = type(value)
    if is_ours(kind):
        return []
    if kind is dict or (issubclass(kind, dict) and kind.__name__ in _DICTS):
        pairs = list(dict.items(value))
        return pairs if all(type(key) is str or type(key) is int for key, _ in pairs) else []
    if kind.__name__ == "Series" and kind.__module__.partition(".")[0] == "pandas":
        return _of_series(value)
    if issubclass(kind, tuple) and kind is not tuple:
        names = next((base.__dict__["_fields"] for base in kind.__mro__ if "_fields" in base.__dict__), None)
        return list(zip(names, tuple.__iter__(value), strict=False)) if type(names) is tuple else None
    if any("__dataclass_fields__" in base.__dict__ for base in kind.__mro__):
        return list((config_entries(value) or {}).items())
    return None


def _of_series(value: Any) -> list[tuple[Any, Any]]:
    if len(value) > MOST_ENTRIES or getattr(value.dtype, "kind", "O") not in "iuf":
        return []
    pairs = list(zip(value.index.tolist(), value.tolist(), strict=True))
    return pairs if all(type(key) is str for key, _ in pairs) else []
