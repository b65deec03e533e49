"""Addresses of servers and stores, as they may be shown and stored."""

from __future__ import annotations

import re

_SECRET = re.compile(r"(?<=://)[^/?#\s]*@|(?<=\S)\?\S*")


def without_credentials(address: str) -> str:
    """Return *address*, or a text with addresses in it, without user, password and query."""
    return _SECRET.sub("", address) if "://" in address else address
