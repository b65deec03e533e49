"""Which names are those of secrets."""

from __future__ import annotations

import re
from functools import lru_cache

_KEYS = "api|access|private|account|signing|encryption|decryption|ssh|openai|anthropic|azure|stripe|hmac|gpg|pgp"
# Word that every such name holds → the names; a text without any of these words needs no pattern.
_NAMES = {
    "pass": r"pass(?:word|wd|phrase|code|(?![a-z]))",
    "pw": r"pwd|pw(?![a-z])",
    "secret": r"secret(?:key|s?(?![a-z]{2}))",
    "token": r"token(?!iz)",
    "key": rf"(?:{_KEYS})[_-]?key",
    "cred": r"credential|creds?(?![a-z])",
    "auth": r"auth(?:orization|(?![a-z]))",
    "bearer": r"bearer",
}
TELLING = tuple(_NAMES)
NAME = rf"(?:{'|'.join(_NAMES.values())})"
_SECRET_NAME = re.compile(rf"(?:^|[_\W]|(?<=[a-z])(?=[A-Z])){NAME}s?(?:$|[_\W\d]|(?=[A-Z]))", re.IGNORECASE)
_REFERENCE = re.compile(r"secret:[A-Z_][A-Z0-9_]*")
_HARMLESS_NAME = re.compile(r"(?:max|min|num|n|pad|eos|bos|unk|sep|cls|mask|special|stop|next)_?tokens?|tokens?_?(?:count|ids?|len|length|type)|token(?:iz)", re.IGNORECASE)  # fmt: skip # noqa: E501


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Say whether a value called *name* is to be kept secret."""
    return bool(_SECRET_NAME.search(name)) and not is_harmless_name(name)


def is_harmless_name(text: str) -> bool:
    """Say whether *text* holds a name that only sounds like a secret's, such as `max_tokens`."""
    return bool(_HARMLESS_NAME.search(text))


def is_reference(text: str) -> bool:
    """Say whether *text* only says where a secret is: `secret:API_KEY`."""
    return bool(_REFERENCE.fullmatch(text))
