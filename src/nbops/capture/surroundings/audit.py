"""Python's audit events, for whoever listens. Hooks can neither be removed nor given state, so there is one for all."""

from __future__ import annotations

import os
import sys
from typing import Any, ClassVar, Protocol


class Listener(Protocol):
    """Hears of audit events while a cell runs.

    Attributes:
        events: Names of those that it wants to hear of.
    """

    events: ClassVar[frozenset[str]]

    def note(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take in one event; called from any thread."""


_listening: tuple[Listener, ...] = ()
_installed = False


def listen(listener: Listener) -> None:
    """Let *listener* hear from now on, in place of any other of its class."""
    global _listening, _installed  # noqa: PLW0603
    if not _installed:
        _installed = True
        sys.addaudithook(_heard)
    _listening = (*_without(type(listener)), listener)


def stop_listening(listener: Listener) -> None:
    """Let nobody of the class of *listener* hear any more."""
    global _listening  # noqa: PLW0603
    _listening = _without(type(listener))


def opens_to_write(mode: Any, flags: Any) -> bool:
    """Say of the arguments of an `open` event whether the file may be written."""
    if isinstance(mode, str):
        return any(letter in mode for letter in "wax+")
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def _without(kind: type[Listener]) -> tuple[Listener, ...]:
    return tuple(one for one in _listening if type(one) is not kind)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    for listener in _listening:
        if event in listener.events:
            try:
                listener.note(event, arguments)
            except (TypeError, ValueError, OSError, AttributeError):  # an event in a shape that no Python documents
                continue
