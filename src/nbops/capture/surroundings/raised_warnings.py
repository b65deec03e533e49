"""Warnings that a cell shows the user, counted where Python hands them over to be shown.

`warnings.showwarning` belongs to the user and stays untouched. Both the interpreter and the library pass every warning
that the filters let through to `warnings._showwarnmsg`, which then asks for `showwarning`; `catch_warnings` neither
saves nor restores it, so that what is caught inside a cell works as ever, and is told apart by what it replaces.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from nbops.capture.boundary import NotRecorded
from nbops.capture.secrets.redaction import redact

_MOST, _LONGEST = 20, 300
_ENTRANCE, _SHOWN_BY = "_showwarnmsg", "_showwarnmsg_impl"


class WarningListener:
    """Counts the warnings of one cell by category and message."""

    def __init__(self) -> None:
        self._heard: dict[tuple[str, str], int] = {}
        self._former: Callable[[Any], None] | None = None
        self._ours: Callable[[Any], None] | None = None
        self._shown_by: Any = None

    def begin(self) -> None:
        """Count from now on."""
        former = getattr(warnings, _ENTRANCE, None)
        if former is None:
            return
        self._former, self._shown_by = former, getattr(warnings, _SHOWN_BY, None)

        def pass_on(message: Any) -> None:
            self._take(message)
            former(message)

        self._ours = pass_on
        setattr(warnings, _ENTRANCE, pass_on)

    def end(self) -> None:
        """Count no more."""
        if self._ours is not None and getattr(warnings, _ENTRANCE, None) is self._ours:
            setattr(warnings, _ENTRANCE, self._former)
        self._ours = None

    def heard(self) -> tuple[tuple[dict[str, Any], ...], int]:
        """Return `{"category", "message", "count"}` of each, in order, and how many secrets were masked."""
        clean = [(category, redact(message), count) for (category, message), count in self._heard.items()]
        told = tuple({"category": name, "message": text.text, "count": count} for name, text, count in clean)
        return told, sum(text.masked for _, text, _ in clean)

    def _take(self, message: Any) -> None:
        caught = getattr(warnings, _SHOWN_BY, None) is not self._shown_by or _is_logged()
        if self._ours is None or caught or issubclass(message.category, NotRecorded):
            return
        key = (message.category.__name__, _text(message.message))
        if key in self._heard or len(self._heard) < _MOST:
            self._heard[key] = self._heard.get(key, 0) + 1


def _is_logged() -> bool:
    """Say whether `catch_warnings(record=True)` is active, where Python keeps that in a context."""
    context = getattr(warnings, "_get_context", None)
    return context is not None and getattr(context(), "log", None) is not None


def _text(message: Any) -> str:
    """Return a warning's message without asking a class of the user's for it."""
    kind = type(message)
    if getattr(kind, "__str__", None) is BaseException.__str__ or kind.__module__ == "__main__":
        told = " ".join(part for part in message.args if type(part) is str)
    else:
        told = str(message)
    return " ".join(told.split())[:_LONGEST]
