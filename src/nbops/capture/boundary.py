"""The one place where a failure of nbops itself ends: the user's cell goes on, and hears once what is missing."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from nbops.capture.foreign import message_of


class NotRecorded(UserWarning):
    """Something was not recorded; the cell is not affected."""


_said: set[str] = set()


@contextmanager
def unharmed(what: str) -> Iterator[None]:
    """Let a failure inside the block cost nothing but *what*, and say so once per process.

    Args:
        what: What is then missing, as the object of "nbops did not record …".
    """
    try:
        yield
    except (Exception, SystemExit, GeneratorExit) as error:  # noqa: BLE001 # the boundary around the user's cell
        say_once(f"{what}: {type(error).__name__}: {message_of(error)}", key=f"{what} {type(error).__name__}")


def say_once(fact: str, *, key: str | None = None) -> None:
    """Warn that nbops did not record *fact*, unless it was said before. Never raises, whatever the filters."""
    key = key or fact
    if key not in _said:
        _said.add(key)
        said = NotRecorded(f"nbops did not record {fact}")
        with suppress(Exception):  # whoever shows warnings may be the user's own code
            try:
                # Named by hand: a place in our own files would put a path of this machine into the saved notebook.
                warnings.warn_explicit(said, NotRecorded, "nbops", 1, module="nbops")
            except NotRecorded as error:
                _show(error)


def _show(said: NotRecorded) -> None:
    """Show what a filter made an error: `simplefilter("error")` is meant for the user's code, and must cost no run."""
    warnings.showwarning(said, NotRecorded, "nbops", 1)


def say_again(key: str) -> None:
    """Forget that *key* was said: it is well again, and would be news."""
    _said.discard(key)
