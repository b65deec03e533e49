"""Find the datasets among names of the namespace, by their exact classes: nothing of the user's is called."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbops.capture.datasets.not_collected import not_collected
from nbops.capture.untouchable import is_untouchable

_FEWEST_VALUES, _MOST = 2, 20
_KINDS = {"pandas": ("DataFrame", "Series"), "numpy": ("ndarray",), "pyarrow": ("Table",), "polars": ("DataFrame",)}


def frames_among(names: Iterable[str], namespace: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield names and values of the datasets among *names*, also those one level inside plain containers."""
    seen: set[int] = set()
    for name in names:
        value: Any = namespace.get(name)
        if is_untouchable(value):
            continue
        mapped = issubclass(type(value), dict) and dict.__len__(value) <= _MOST
        inside = list(dict.items(value)) if mapped else []
        if type(value) in {list, tuple} and len(value) <= _MOST:
            inside = list(enumerate(value))
        for label, item in [(name, value), *((f"{name}.{key}", item) for key, item in inside)]:
            if id(item) in seen or name.startswith("_") or is_untouchable(item):
                continue
            if is_frame(item) or not_collected(item):
                seen.add(id(item))
                yield label, item


def is_frame(value: Any) -> bool:
    """Say whether *value* is a dataset that a snapshot can hold; a subclass, whose methods are its own, is none."""
    kind = type(value)
    root = kind.__module__.partition(".")[0]
    if kind.__name__ not in _KINDS.get(root, ()) or kind is not getattr(sys.modules.get(root), kind.__name__, None):
        return False
    shape = value.shape
    total = 1
    for length in shape:
        total *= length
    return bool(shape) and total >= _FEWEST_VALUES
