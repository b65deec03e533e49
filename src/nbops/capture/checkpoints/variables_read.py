"""Environment variables that code reads by name."""

from __future__ import annotations

import os
import re
import secrets

from nbops.capture.checkpoints.user_key import user_key

_MENTION = re.compile(r"\b(?:environ|getenv|environb)\b(?!\s*(?:import|,|$))")
_NAMED = re.compile(r"""\b(?:environb?(?:\.(?:get|pop|setdefault))?\s*[\[(]|getenv\s*\()\s*b?['"]([^'"\\]+)['"]""")


def variables_read(code: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of the environment variables that *code* reads, and whether it may read others as well."""
    named = _NAMED.findall(code)
    return tuple(sorted(set(named))), len(_MENTION.findall(code)) > len(named)


def hash_variables(names: tuple[str, ...]) -> dict[str, str | None]:
    """Return name → hash of its value, which nobody without the user's key can look up; None where unset."""
    from blake3 import blake3

    if not names:
        return {}
    try:
        key = user_key("environment variables")
    except OSError:  # then nothing is kept either
        key = secrets.token_bytes(32)
    return {
        name: blake3(os.environ[name].encode(errors="surrogateescape"), key=key).hexdigest()
        if name in os.environ
        else None
        for name in names
    }
