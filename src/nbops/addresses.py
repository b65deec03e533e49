"""Addresses of servers and stores, as they may be shown and stored."""

from __future__ import annotations

import re

_SECRET = re.compile(r"(?<=://)[^/?#\s]*@|(?<=\S)\?\S*")
_USER = re.compile(r"(?<=://)[^/?#\s]*@")
_TELLING_QUERY = re.compile(r"[?&;][\w-]*(?:pass|pwd|secret|token|key|sig|auth)[\w-]*=", re.IGNORECASE)


def storable(address: str) -> str:
    """Return *address* as it may stand in a file: as it is, unless it holds a user, a password or a token."""
    return without_credentials(address) if _TELLING_QUERY.search(address) else _USER.sub("", address)


def without_credentials(address: str) -> str:
    """Return *address*, or a text with addresses in it, without user, password and query."""
    return _SECRET.sub("", address) if "://" in address else address
