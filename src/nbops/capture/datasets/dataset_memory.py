"""What was recorded of datasets, so that an unchanged one is not stored again."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbops.capture.datasets.layout import Layout

_MOST = 100


@dataclass(slots=True)
class Ticket:
    """A stable copy on its way to the disk.

    Attributes:
        key: Name of its file.
        marks: Hashes of the memory that it is of.
        failed: It never got there.
    """

    key: str
    marks: tuple[int, ...]
    failed: bool = False


@dataclass(frozen=True, slots=True)
class _Copied:
    axes: tuple[weakref.ref[Any], ...]
    entry: dict[str, Any]
    ticket: Ticket


class DatasetMemory:
    """What was recorded of objects that have not changed; holds them by weak reference only."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[Any], tuple[int, ...], dict[str, Any]]] = {}
        self._copied: OrderedDict[Any, _Copied] = OrderedDict()

    def recall(self, value: Any, states: tuple[int, ...]) -> dict[str, Any] | None:
        """Return the entry of *value* if it still holds what it held; *states* are its fingerprints."""
        known = self._known.get(id(value))
        if known is None or known[0]() is not value or not states or known[1] != states:
            return None
        return known[2]

    def recall_copy(self, layout: Layout, marks: tuple[int, ...]) -> dict[str, Any] | None:
        """Return the entry of a dataset of the same content that was copied; *marks* are the hashes of its memory."""
        known = self._copied.get((layout.token, marks))
        if known is None or known.ticket.failed or len(known.axes) != len(layout.axes):
            return None
        same = all(former() is axis for former, axis in zip(known.axes, layout.axes, strict=True))
        return known.entry if same else None

    def keep(self, value: Any, states: tuple[int, ...], entry: dict[str, Any]) -> None:
        """Remember the entry of *value* as long as it lives."""
        if not states:
            return
        identity = id(value)
        try:
            reference = weakref.ref(value, lambda _: self._known.pop(identity, None))
        except TypeError:  # no weak references to this kind
            return
        self._known[identity] = (reference, states, entry)

    def keep_copy(self, layout: Layout, entry: dict[str, Any], ticket: Ticket) -> None:
        """Remember what was copied, the latest hundred."""
        if layout.token is None:
            return
        try:
            axes = tuple(weakref.ref(axis) for axis in layout.axes)
        except TypeError:
            return
        self._copied[layout.token, ticket.marks] = _Copied(axes, entry, ticket)
        while len(self._copied) > _MOST:
            self._copied.popitem(last=False)
