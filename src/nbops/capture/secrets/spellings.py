"""The spellings in which a known secret may stand in a text."""

from __future__ import annotations

import base64
import json
from functools import lru_cache
from urllib.parse import quote, quote_plus

_SHORTEST, _LONG_LINE, _MOST = 8, 16, 60


@lru_cache(maxsize=8)
def spellings(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """Return *secrets* as they stand, escaped as in JSON and `repr`, quoted as in a URL, in base64, and spaced out.

    Each long line of one over several lines counts too. Longest first.

    Args:
        secrets: Texts; where there are very many, only the first sixty are also looked for in other spellings.
    """
    found = dict.fromkeys(secrets)
    for secret in secrets[:_MOST]:
        found |= dict.fromkeys(_spelled(secret))
    return tuple(sorted(found, key=_longest_first))


def _spelled(secret: str) -> list[str]:
    raw = secret.encode(errors="replace")
    found = [
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(secret))[3:-3],
        repr(secret)[1:-1],
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        " ".join(secret),
        *_in_base64(raw),
    ]
    found += [line.strip() for line in secret.splitlines() if len(line.strip()) >= _LONG_LINE]
    return [one for one in found if len(one) >= _SHORTEST]


def _in_base64(raw: bytes) -> list[str]:
    """Return the characters that *raw* surely gives at each of the three places where it may begin."""
    found = []
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        whole = (shift + len(raw)) * 8 // 6
        inner = text[-(-shift * 8 // 6) : whole]
        found += [inner, inner.replace("+", "-").replace("/", "_")]
    return [one for one in found if len(one) >= _SHORTEST + 2]


def _longest_first(value: str) -> tuple[int, str]:
    return -len(value), value
