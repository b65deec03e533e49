"""Objects that cannot be looked at without running code of theirs."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator, Mapping
from typing import Any

_RUN_BY_LOOKING = ("__getattribute__", "__hash__", "__eq__")


def is_untouchable(value: Any) -> bool:
    """Say whether asking for the kind of *value* would run code of its own.

    That is so where its class answers for `__class__` itself (proxies, mocks) or, in a notebook, for every attribute;
    and where the metaclass answers for the class's attributes, hash or equality. Nothing but builtin machinery is run
    to find out.
    """
    kind = type(value)
    meta = type(kind)
    if meta is not type and meta is not ABCMeta and _answers(meta):
        return True
    for base in kind.__mro__[:-1]:
        own = base.__dict__
        if "__class__" in own or ("__getattribute__" in own and own.get("__module__") == "__main__"):
            return True
    return issubclass(kind, type) and kind is not type and kind is not ABCMeta and _answers(kind)


class Touchable(Mapping[str, Any]):
    """A namespace without what is untouchable; looks only at what is asked for."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace

    def __getitem__(self, name: str) -> Any:
        value = self._namespace[name]
        if is_untouchable(value):
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return (name for name, value in list(self._namespace.items()) if not is_untouchable(value))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _answers(meta: type) -> bool:
    """Say whether looking at classes of *meta* runs its code."""
    for base in meta.__mro__:
        if base is type:
            return False
        own = base.__dict__
        if any(name in own for name in _RUN_BY_LOOKING) or ("__getattr__" in own and own["__module__"] == "__main__"):
            return True
    return False
