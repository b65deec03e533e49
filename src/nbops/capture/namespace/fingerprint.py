"""What an object holds now, as small numbers that tell later whether it changed in place.

Nothing of the user's is called: containers are walked with the builtin types' own methods, arrays are hashed in place,
objects are read through their `__dict__`. Iterators are never advanced, lazy frames never collected, memory of devices
never read. An object whose state cannot be seen makes its owner `opaque`.
"""

from __future__ import annotations

import marshal
import sys
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator
from functools import partial
from types import (
    BuiltinFunctionType,
    CellType,
    CodeType,
    FunctionType,
    GenericAlias,
    GetSetDescriptorType,
    MappingProxyType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any

from xxhash import xxh3_64_intdigest

from nbops.capture.namespace.buffers import library_state
from nbops.capture.namespace.own_modules import is_own_module
from nbops.capture.namespace.too_much import TooMuch
from nbops.capture.untouchable import is_untouchable

_LEAVES = frozenset({int, float, bool, str, bytes, complex, type(None), type(...), type(NotImplemented), range, slice})
_FIXED = (ModuleType, BuiltinFunctionType, CodeType, GenericAlias, MethodWrapperType, WrapperDescriptorType,
          GetSetDescriptorType, MemberDescriptorType)  # fmt: skip
_FIXED_MODULES = frozenset(
    {"datetime", "decimal", "fractions", "uuid", "re", "pathlib", "zoneinfo", "typing", "ipaddress"}
)
_LISTS = (list, tuple, set, frozenset, deque)
_DICTS = (dict, OrderedDict, defaultdict)
_NATIVE = frozenset({MethodDescriptorType, WrapperDescriptorType, BuiltinFunctionType})
_DESCRIPTORS = frozenset({property, staticmethod, classmethod})
_MOST_OBJECTS = 20_000
# Large graphs around native state: whoever touches them is assumed to change them.
_CLOSED = frozenset({"matplotlib", "seaborn", "plotly", "bokeh", "altair", "tensorflow", "keras", "jax", "jaxlib",
                     "dask", "distributed", "pyspark", "polars", "duckdb", "mlflow", "sqlalchemy", "IPython",
                     "ipykernel", "ipywidgets", "traitlets", "asyncio", "threading", "concurrent", "logging",
                     "nbops"})  # fmt: skip
_HEAP_TYPE = 1 << 9
_PLAIN = frozenset(map(id, (int, float, bool, str, bytes, type(None))))


class Look:
    """One look at objects of a namespace, within a time budget.

    Attributes:
        states: Identity of every mutable object seen → a number that stands for what it holds, its parts by identity.
        opaque: Identities of objects whose state cannot be seen.
    """

    def __init__(self, deadline: float, *, hashing: bool = True) -> None:
        """Begin to look.

        Args:
            deadline: When to give up, of `time.perf_counter`.
            hashing: Read the memory of arrays; without it only who holds whom is seen.
        """
        self.deadline = deadline
        self.hashing = hashing
        self.states: dict[int, int] = {}
        self.opaque: set[int] = set()
        self._parts: dict[int, tuple[int, ...]] = {}
        self._kept: list[Any] = []

    def at(self, value: Any) -> frozenset[int]:
        """Look at *value* and everything it holds; return the identities of its mutable parts.

        Raises:
            TooMuch: The budget is used up.
        """
        self._visit(value)
        reached: set[int] = set()
        waiting = [id(value)]
        while waiting:
            identity = waiting.pop()
            if identity not in reached and identity in self.states:
                reached.add(identity)
                waiting.extend(self._parts.get(identity, ()))
        return frozenset(reached)

    def release(self) -> None:
        """Let go of temporary objects that had to live while identities were taken."""
        self._kept.clear()

    def _visit(self, root: Any) -> None:
        waiting = [root]
        while waiting:
            value = waiting.pop()
            identity = id(value)
            if identity in self.states or _is_leaf(value):
                continue
            if len(self.states) >= _MOST_OBJECTS or time.perf_counter() > self.deadline:
                raise TooMuch
            self.states[identity] = 0
            tokens, parts = self._take(value)
            self.states[identity] = tokens
            self._parts[identity] = tuple(id(part) for part in parts)
            waiting.extend(parts)

    def _take(self, value: Any) -> tuple[int, list[Any]]:  # noqa: PLR0911 # one way out a kind
        """Return a number for what *value* holds itself, and its parts that may change on their own."""
        if is_untouchable(value):
            self.opaque.add(id(value))
            return id(value), []
        kind = type(value)
        if isinstance(value, ModuleType):
            return _of_module(value)
        library = kind.__module__.partition(".")[0]
        if library in _CLOSED:
            self.opaque.add(id(value))
            return id(value), []
        state = library_state(value, kind, self.deadline if self.hashing else None)
        if state is not None:
            token, parts = state
            self._kept.extend(parts)
            return token, parts
        if isinstance(value, _DICTS):
            flat = _flat(value, kind, dict)
            return (flat, []) if flat is not None else self._of_dict(value)
        if isinstance(value, _LISTS):
            flat = _flat(value, kind, kind)
            return (flat, []) if flat is not None else self._of_items(value)
        return self._of_object(value, kind)

    def _of_items(self, value: Any) -> tuple[int, list[Any]]:
        exact = next(base for base in _LISTS if isinstance(value, base))
        items = list(exact.__iter__(value))
        parts = [item for item in items if not _is_leaf(item)]
        held = _attributes(value)
        if held:
            parts.append(held)
        return _token(exact.__name__, [_leaf_token(item) for item in items]), parts

    def _of_dict(self, value: Any) -> tuple[int, list[Any]]:
        pairs = list(dict.items(value))
        parts = [item for pair in pairs for item in pair if not _is_leaf(item)]
        held = _attributes(value)
        if held:
            parts.append(held)
        return _token("dict", [_leaf_token(item) for pair in pairs for item in pair]), parts

    def _of_object(self, value: Any, kind: type) -> tuple[int, list[Any]]:  # noqa: PLR0911 # one way out a kind
        if kind is FunctionType:
            return _of_function(value)
        if kind is partial:
            return _token("partial", [id(value.func)]), [value.func, value.args, value.keywords]
        if kind is CellType:
            return _of_cell(value)
        if kind is BuiltinFunctionType:
            return _token("builtin method", [id(value.__self__)]), [value.__self__]
        if kind is MethodType:
            return _token("method", [id(value.__func__)]), [value.__self__]
        if isinstance(value, type):
            return _of_class(value)
        if kind in _DESCRIPTORS:
            return id(value), []
        if not _is_visible(kind):
            self.opaque.add(id(value))
        return _of_instance(value, kind)


def _of_module(module: ModuleType) -> tuple[int, list[Any]]:
    """Take the values of a module of the user's own; its functions and classes count by who they are."""
    members = [pair for pair in module.__dict__.items() if not pair[0].startswith("__")]
    parts = [
        item for _, item in members if not isinstance(item, (type, FunctionType, ModuleType)) and not _is_leaf(item)
    ]
    return _token("module", [_leaf_token(item) for pair in members for item in pair]), parts


def _of_cell(cell: CellType) -> tuple[int, list[Any]]:
    """Take a variable that functions share, as one object of its own."""
    try:
        held = cell.cell_contents
    except ValueError:  # not bound yet
        return 0, []
    return _token("cell", [_leaf_token(held)]), [] if _is_leaf(held) else [held]


def _of_function(value: FunctionType) -> tuple[int, list[Any]]:
    parts: list[Any] = [value.__defaults__, value.__kwdefaults__, *(value.__closure__ or ()), value.__dict__]
    held = [part for part in parts if not _is_leaf(part) and not (type(part) is dict and not part)]
    if value.__module__ != "__main__":
        module = sys.modules.get(value.__module__)
        if is_own_module(module) and value.__globals__ is vars(module):
            held.append(module)
    return _token("function", [id(value.__code__), *(_leaf_token(part) for part in parts[:-1])]), held


def _of_class(value: type) -> tuple[int, list[Any]]:
    members = [pair for pair in value.__dict__.items() if not pair[0].startswith(("__", "_abc_"))]
    parts = [item for _, item in members if not _is_leaf(item)]
    return _token("class", [_leaf_token(item) for pair in members for item in pair]), parts


def _of_instance(value: Any, kind: type) -> tuple[int, list[Any]]:
    held = _attributes(value)
    if held is None:
        return id(kind), []
    # What a class of the notebook holds, its instances hold too.
    parts: list[Any] = [kind] if kind.__module__ == "__main__" else []
    tokens = [id(kind)]
    for name, item in [*held.items(), *_slots(value, kind)]:
        tokens += [_leaf_token(name), _leaf_token(item)]
        if not _is_leaf(item):
            parts.append(item)
    return _token("object", tokens), parts


def _is_leaf(value: Any) -> bool:
    kind = type(value)
    if kind is str or kind is int or kind is float:
        return True
    if kind is BuiltinFunctionType:
        return isinstance(value.__self__, (ModuleType, type, type(None)))
    return not is_untouchable(value) and (
        kind in _LEAVES
        or (isinstance(value, _FIXED) and not is_own_module(value))
        or kind.__module__ in _FIXED_MODULES
        or (isinstance(value, type) and value.__module__ != "__main__")
    )


def _leaf_token(value: Any) -> int:
    """Return a number for a leaf's value, or for the identity of anything else."""
    kind = type(value)
    if kind is str:
        return hash(value)
    if is_untouchable(value):
        return id(value)
    if kind in {int, float, bool, bytes, type(None)}:
        return xxh3_64_intdigest(marshal.dumps(value, 2), seed=1)
    if kind in {complex, range}:
        return hash((kind.__name__, value))
    return id(value)


def _flat(value: Any, kind: type, wanted: type) -> int | None:
    """Return a number for a builtin container of plain values, at the speed of C; None where it holds anything else."""
    if kind is not wanted or kind not in {list, tuple, set, frozenset, dict}:
        return None
    # Compared by identity: a metaclass of the user's may answer for hash and equality.
    kinds = set(map(id, map(type, value)))
    if kind is dict:
        kinds |= set(map(id, map(type, value.values())))
    if not kinds <= _PLAIN:
        return None
    return int(xxh3_64_intdigest(marshal.dumps(value, 2)))


def _token(kind: str, numbers: list[int]) -> int:
    return hash((kind, *numbers))


def _attributes(value: Any) -> dict[str, Any] | None:
    try:
        held = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return None if not _has_slots(type(value)) else {}
    return dict(held) if isinstance(held, MappingProxyType) else held


def _slots(value: Any, kind: type) -> Iterator[tuple[str, Any]]:
    for base in kind.__mro__:
        for name, member in base.__dict__.items():
            if type(member) is MemberDescriptorType and base.__flags__ & _HEAP_TYPE:
                try:
                    yield name, member.__get__(value)
                except AttributeError:  # a slot that was never filled
                    continue


def _has_slots(kind: type) -> bool:
    return any("__slots__" in base.__dict__ for base in kind.__mro__ if base.__flags__ & _HEAP_TYPE)


def _is_visible(kind: type) -> bool:
    """Say whether instances keep all their state where Python sees it."""
    return all(base is object or issubclass(base, BaseException) or _is_python(base) for base in kind.__mro__)


def _is_python(kind: type) -> bool:
    """Say whether a class was written in Python; extensions make heap types too, but with methods of their own kind."""
    return bool(kind.__flags__ & _HEAP_TYPE) and not any(
        type(member) in _NATIVE for member in type.__getattribute__(kind, "__dict__").values()
    )
