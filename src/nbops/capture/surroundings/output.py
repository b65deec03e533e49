"""The tail of what a cell prints, taken where it is written: at the stream object itself.

A stream's `write` is shadowed by an attribute of the same object for as long as the cell runs. That is the one way that
is the same in ipykernel (whose hooks run in another thread and are kept per thread), plain IPython, papermill and under
`%%capture`: `sys.stdout` stays the object that it was, streams that the user puts in its place are left alone, and
whoever keeps a reference to the stream writes through the same place.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import MethodType
from typing import Any

from nbops.capture.secrets.redaction import redact

LONGEST = 16_384
# Cut generously first: a secret that the edge would halve could not be recognised any more.
_MARGIN, _FULL = 4096, 65_536
_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_UNREADABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Output:
    """What a cell printed.

    Attributes:
        text: The last 16 KB at most, secrets masked, progress bars in their last state, without colours.
        written: Characters written in all.
        cut: Something came before `text`.
        masked: Secrets masked in it.
    """

    text: str = ""
    written: int = 0
    cut: bool = False
    masked: int = 0


class OutputListener:
    """Keeps the tail of what is written to the streams that it is attached to, in a ring of 64 KB."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._held = 0
        self._written = 0
        self._cut = False
        self._shadowed: list[tuple[Any, MethodType, Any]] = []

    def attach(self) -> None:
        """Listen to whatever `sys.stdout` and `sys.stderr` are now, besides those attached before."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None and not any(stream is known for known, *_ in self._shadowed):
                self._shadow(stream)

    def detach(self) -> None:
        """Leave every stream as it was; one that the user's code has shadowed itself meanwhile is left alone."""
        while self._shadowed:
            stream, shadow, former = self._shadowed.pop()
            held = stream.__dict__
            if held.get("write") is not shadow:
                continue
            if former is None:
                del held["write"]
            else:  # IPython's own, by which it keeps outputs in its history
                held["write"] = former

    def take(self, text: Any) -> None:
        """Add what was written."""
        if type(text) is not str:
            return
        self._written += len(text)
        self._parts.append(text)
        self._held += len(text)
        if self._held > _FULL:
            self._compact()

    def output(self) -> Output:
        """Return the tail."""
        if not self._written:
            return Output()
        text = _readable("".join(self._parts))
        cut = self._cut or len(text) > LONGEST + _MARGIN
        clean = redact(text[-LONGEST - _MARGIN :])
        text = clean.text
        if len(text) > LONGEST:
            cut = True
            text = text[-LONGEST:]
        if cut:
            text = text[text.find("\n") + 1 :]
        return Output(text, self._written, cut, clean.masked)

    def _compact(self) -> None:
        text = "".join(self._parts)
        if "\r" in text or "\x08" in text:
            # A line that is still being written over must not lose what comes next.
            done, mark, rest = text.rpartition("\n")
            rest = rest[-_MARGIN:]
            text = _folded(done) + mark + rest[rest.rfind("\r", 0, -1) + 1 :]
        self._cut = self._cut or len(text) > LONGEST + _MARGIN
        self._parts[:] = [text[-LONGEST - _MARGIN :]]
        self._held = len(self._parts[0])

    def _shadow(self, stream: Any) -> None:
        held = getattr(stream, "__dict__", None)
        if type(held) is not dict:
            return
        former = held.get("write")
        shadow = MethodType(_writer(stream.write, self.take), stream)
        held["write"] = shadow
        self._shadowed.append((stream, shadow, former))


def _writer(original: Callable[[Any], Any], take: Callable[[Any], None]) -> Callable[[Any, Any], Any]:
    def write(_stream: Any, text: Any, /) -> Any:
        result = original(text)
        take(text)
        return result

    return write


def _readable(text: str) -> str:
    """Return *text* as it stands on a screen in the end: overwritten lines in their last state, without colours."""
    text = _SEQUENCE.sub("", text) if "\x1b" in text else text
    return _UNREADABLE.sub("", _folded(text)).replace("\r", "")


def _folded(text: str) -> str:
    if "\r" in text or "\x08" in text:
        return "\n".join(_last_state(line) for line in text.replace("\r\n", "\n").split("\n"))
    return text


def _last_state(line: str) -> str:
    kept = next((part for part in reversed(line.split("\r")) if part.strip()), "") if "\r" in line else line
    if "\x08" not in kept:
        return kept
    letters: list[str] = []
    for letter in kept:
        if letter != "\x08":
            letters.append(letter)
        elif letters:
            letters.pop()
    return "".join(letters)
