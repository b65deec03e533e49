"""The user's key: with it checkpoints are signed, so that none is read that came with a project from elsewhere."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from nbops.workspace import PARTIAL, state_folder

_NAME, _LENGTH = "checkpoints.key", 32
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def user_key(purpose: str) -> bytes:
    """Return 32 bytes for *purpose* that only this user knows; the first call makes the file that they come from.

    Raises:
        OSError: The file cannot be made, is a link, or can be read or was made by others.
    """
    path = state_folder() / _NAME
    try:
        whole = _read(path)
    except FileNotFoundError:
        _make(path)
        whole = _read(path)
    return hmac.digest(whole, purpose.encode(), hashlib.sha256)


def _read(path: Path) -> bytes:
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        told = os.fstat(file.fileno())
        whole = file.read(_LENGTH + 1)
    if hasattr(os, "getuid") and (told.st_uid != os.getuid() or told.st_mode & 0o077):
        raise PermissionError(f"{path} is not only the user's own")
    if len(whole) != _LENGTH:
        raise OSError(f"{path} is damaged: remove it, and every cell is executed once more")
    return whole


def _make(path: Path) -> None:
    """Make the file whole at once; of two processes that do, the first one's stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=PARTIAL)  # for the user alone
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_LENGTH))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
