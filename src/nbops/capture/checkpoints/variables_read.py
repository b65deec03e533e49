"""Environment variables that code reads by name."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

from nbops.workspace import beside

_MENTION = re.compile(r"\b(?:environ|getenv|environb)\b(?!\s*(?:import|,|$))")
_NAMED = re.compile(r"""\b(?:environb?(?:\.(?:get|pop|setdefault))?\s*[\[(]|getenv\s*\()\s*b?['"]([^'"\\]+)['"]""")
_PRIVATE = 0o600


def variables_read(code: str) -> tuple[tuple[str, ...], bool]:
    """Return the names of the environment variables that *code* reads, and whether it may read others as well."""
    named = _NAMED.findall(code)
    return tuple(sorted(set(named))), len(_MENTION.findall(code)) > len(named)


def hash_variables(names: tuple[str, ...], folder: Path) -> dict[str, str | None]:
    """Return name → hash of its value, which nobody without the workspace's salt can look up; None where unset."""
    from blake3 import blake3

    if not names:
        return {}
    salt = _salt(folder)
    return {
        name: blake3(os.environ[name].encode(errors="surrogateescape"), key=salt).hexdigest()
        if name in os.environ
        else None
        for name in names
    }


def _salt(folder: Path) -> bytes:
    path = folder / "salt"
    try:
        return path.read_bytes()[:32].ljust(32)
    except OSError:
        with beside(path, mode=_PRIVATE) as file:
            file.write(secrets.token_bytes(32))
        return path.read_bytes()
