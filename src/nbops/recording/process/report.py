"""What a recorder tells of itself to whoever looks: a file beside its lock."""

from __future__ import annotations

import json
import os
import socket
from contextlib import suppress
from pathlib import Path

from nbops.recording.process.interpreter import recorder_file
from nbops.workspace import Workspace, write_file


def report(workspace: Workspace, reason: str, uploads: str) -> None:
    """Write down who records this workspace, and what keeps runs and uploads waiting; empty where nothing does."""
    if not workspace.root.is_dir():
        return
    told = {"pid": os.getpid(), "host": socket.gethostname(), "waiting": reason, "uploads": uploads}
    content = json.dumps(told).encode()
    path = recorder_file(workspace, "json")
    # On a full disk nobody can be told, which is no reason to stop; an old word is no better than none.
    with suppress(OSError):
        if path.exists() and path.read_bytes() == content:
            return
        try:
            write_file(path, content)
        except OSError:
            _overwrite(path, content)


def _overwrite(path: Path, content: bytes) -> None:
    """Write where there are blocks already: a file has at least one of them."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()
