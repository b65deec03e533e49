"""apprise's adapter: one message to one address."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nbops.errors import RouteFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = re.compile(r"error=(\d{3})")


def deliver(url: str, title: str, body: str, *, severity: str) -> None:
    """Send a message.

    Args:
        url: apprise address.
        title: One line.
        body: Plain text.
        severity: `warn`, `alert` or `ok`.

    Raises:
        RouteFailed: apprise is not installed, does not understand the address, or nobody took the message. The
            sentence holds nothing of the address.
    """
    try:
        import apprise
    except ImportError as error:
        raise RouteFailed("apprise is not installed", hint="pip install 'nbops[alerts]'") from error
    kinds = {"ok": apprise.NotifyType.SUCCESS, "warn": apprise.NotifyType.WARNING, "alert": apprise.NotifyType.FAILURE}
    with _overheard() as said:
        try:
            sender = apprise.Apprise()
            known = bool(url) and sender.add(url)
            took = known and sender.notify(
                body=body, title=title, notify_type=kinds[severity], body_format=apprise.NotifyFormat.TEXT
            )
        except Exception as error:  # noqa: BLE001 # a plugin may raise anything, and its words may hold the address
            raise RouteFailed(f"apprise failed: {type(error).__name__}") from None
    if not known:
        raise RouteFailed("its url is no address that apprise knows", hint="apprise --details")
    if not took:
        found = _STATUS.search(" ".join(said))
        raise RouteFailed(f"the service answered with HTTP {found[1]}" if found else "the service cannot be reached")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """Collect what apprise logs meanwhile: it names addresses, which belong on no screen and in no log."""
    said: list[str] = []
    logger = logging.getLogger("apprise")
    listener = logging.Handler()
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    former = logger.propagate, logger.handlers[:]
    logger.propagate, logger.handlers[:] = False, [listener]
    try:
        yield said
    finally:
        logger.propagate, logger.handlers[:] = former
