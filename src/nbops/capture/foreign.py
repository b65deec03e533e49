"""What happens when the user's objects are asked something: whatever they raise costs only the answer."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class ForeignError(Exception):
    """An object that is not ours raised; the message says what."""


@contextmanager
def contained() -> Iterator[None]:
    """Turn everything that the block raises into `ForeignError`, also `SystemExit` or its own `KeyboardInterrupt`.

    An interrupt that the user sends while the block runs is a `KeyboardInterrupt` all the same.

    Raises:
        ForeignError: The block raised.
    """
    pressed: list[int] = []
    former = signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None

    def note(number: int, frame: FrameType | None) -> None:
        pressed.append(number)
        if callable(former):
            former(number, frame)

    listens = callable(former)
    if listens:
        signal.signal(signal.SIGINT, note)
    try:
        yield
    except BaseException as error:
        if pressed and isinstance(error, KeyboardInterrupt):
            raise
        raise ForeignError(f"{type(error).__name__}: {message_of(error)}") from error
    finally:
        if listens:
            signal.signal(signal.SIGINT, former)


def message_of(error: BaseException) -> str:
    """Return the message of *error*, whose own `__str__` may raise whatever it likes, `SystemExit` too."""
    try:
        return str(error)
    except BaseException as broken:  # noqa: BLE001 # it is the user's
        return f"<no message: {type(broken).__name__}>"
