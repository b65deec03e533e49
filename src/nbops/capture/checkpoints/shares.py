"""Which names share objects: a co-variable is a set of names that can only be saved and put back together.

Kishu (Li et al., VLDB 2025) saves notebooks by co-variables. Here objects are walked through Python's own garbage
collector, which also sees into iterators, closures and bound methods; arrays are told by the memory that they view.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

from nbops.capture.namespace.buffers import memory_root
from nbops.capture.namespace.changes import is_ours
from nbops.capture.namespace.too_much import TooMuch
from nbops.capture.secrets.secret_name import is_secret_name

_MOST_OBJECTS = 1_000_000
_LARGEST_SETTINGS = 1000
_LEAVES = (ModuleType, CodeType, BuiltinFunctionType, str, bytes, int, float, complex, type(None))
# Immutable for everybody who uses them, and shared between frames that have nothing to do with each other.
_SHARED = frozenset({"Index", "RangeIndex", "MultiIndex", "DatetimeIndex", "TimedeltaIndex", "CategoricalIndex",
                     "PeriodIndex", "IntervalIndex"})  # fmt: skip
_EMPTY = frozenset({tuple, frozenset, range, slice})
_FIXED_MODULES = frozenset({"datetime", "decimal", "fractions", "uuid", "re", "pathlib", "zoneinfo", "ipaddress"})
_FRAME, _RAW = "frame", "raw"


class HoldsSecret(Exception):  # never leaves this room
    """A dictionary names one of its values as a secret."""


class Reach:
    """What can be reached from one value.

    Attributes:
        objects: Identities of objects that others may hold too.
        memory: Identity of the array that owns some memory → `raw` where an array views it, else `frame`.
    """

    def __init__(self) -> None:
        self.objects: set[int] = set()
        self.memory: dict[int, str] = {}


def reach(value: Any, namespace: Mapping[str, Any]) -> Reach:
    """Walk through everything that *value* holds.

    Raises:
        TooMuch: It holds more objects than can be walked through.
        HoldsSecret: A dictionary in it has an entry that is called a secret.
    """
    found = Reach()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        identity = id(item)
        if identity in found.objects or _is_leaf(item, namespace):
            continue
        if len(found.objects) >= _MOST_OBJECTS:
            raise TooMuch
        held = _of_library(item, found)
        parts = _parts(item) if held is None else held
        if isinstance(item, type):
            waiting.extend(parts)
            continue
        found.objects.add(identity)
        waiting.extend(parts)
    return found


def together(names: Iterable[str], namespace: Mapping[str, Any]) -> set[str]:
    """Return *names* and all others of *namespace* that share objects with one of them, directly or not.

    Raises:
        TooMuch: There are more objects than can be walked through.
        HoldsSecret: One of them holds a secret.
    """
    wanted = {name for name in names if name in namespace}
    reached: dict[str, Reach] = {}
    for name, value in list(namespace.items()):
        if is_ours(name) or isinstance(value, ModuleType):
            continue
        try:
            reached[name] = reach(value, namespace)
        except HoldsSecret:
            if name in wanted:
                raise
            reached[name] = Reach()
    found = set(wanted)
    waiting = list(wanted & reached.keys())
    while waiting:
        mine = reached[waiting.pop()]
        for name, other in reached.items():
            if name not in found and _share(mine, other):
                found.add(name)
                waiting.append(name)
    return found


def _share(one: Reach, other: Reach) -> bool:
    if not one.objects.isdisjoint(other.objects):
        return True
    # Frames are copy-on-write: two that share memory share no change. An array that views a frame's memory does.
    return any(_RAW in {how, other.memory[owner]} for owner, how in one.memory.items() if owner in other.memory)


def _is_leaf(item: Any, namespace: Mapping[str, Any]) -> bool:
    if item is namespace or isinstance(item, _LEAVES):
        return True
    kind = type(item)
    if isinstance(item, type):
        return item.__module__ != "__main__"
    if kind in _EMPTY and not gc.is_tracked(item):
        return True
    numpy = sys.modules.get("numpy")
    if kind.__module__ in _FIXED_MODULES or (numpy is not None and isinstance(item, (numpy.generic, numpy.dtype))):
        return True
    return kind.__module__.startswith("pandas.") and (kind.__name__ in _SHARED or kind.__name__.endswith("Dtype"))


def _of_library(item: Any, found: Reach) -> list[Any] | None:
    """Note the memory that an array or a frame views; return its parts, or None where it is neither."""
    kind = type(item)
    library = kind.__module__.partition(".")[0]
    if library == "pyarrow":
        return []
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(item, numpy.ndarray):
        found.memory[id(memory_root(item))] = _RAW
        return _items(item)
    if library == "pandas" and hasattr(item, "_mgr") and numpy is not None:
        parts: list[Any] = [item.attrs] if item.attrs else []
        for block in item._mgr.blocks:  # noqa: SLF001 # the public way copies
            values = block.values  # of a block, no frame
            for array in (values, getattr(values, "_ndarray", None), getattr(values, "_codes", None)):
                if isinstance(array, numpy.ndarray):
                    found.memory.setdefault(id(memory_root(array)), _FRAME)
                    parts += _items(array)
        return parts
    return None


def _items(array: Any) -> list[Any]:
    if array.dtype.kind != "O":
        return []
    return [
        item for item in array.ravel().tolist() if gc.is_tracked(item) or hasattr(type(item), "__array_interface__")
    ]


def _parts(item: Any) -> list[Any]:
    if isinstance(item, FunctionType):
        return [part for part in (item.__defaults__, item.__kwdefaults__, item.__closure__, item.__dict__) if part]
    if isinstance(item, type):
        # The class itself is found by its name; what it holds may change with every instance.
        return [part for name, part in vars(item).items() if not name.startswith("__") and not callable(part)]
    if type(item) is dict and len(item) <= _LARGEST_SETTINGS:
        _refuse_secrets(item)
    return gc.get_referents(item)


def _refuse_secrets(held: dict[Any, Any]) -> None:
    for key, value in held.items():
        if type(key) is str and type(value) in {str, bytes} and value and _is_secret(key):
            raise HoldsSecret(key)


@lru_cache(maxsize=4096)
def _is_secret(name: str) -> bool:
    return is_secret_name(name)
