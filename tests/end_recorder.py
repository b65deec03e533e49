"""Tests leave no recorder behind."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from nbops.workspace import Workspace


def end_recorder(workspace: Workspace) -> None:
    """End the recorder that a test of this workspace started; it would otherwise wait for ten minutes."""
    wanted = b"\0--workspace\0" + str(workspace.root).encode() + b"\0"
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if wanted in (folder / "cmdline").read_bytes():
                os.kill(int(folder.name), signal.SIGTERM)
