"""Kernels that nobody else on the machine can listen to."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def private_sockets(manager: Any) -> Iterator[None]:
    """Let the kernel that *manager* is going to start talk over sockets in a folder of ours, not over TCP ports.

    Args:
        manager: A `jupyter_client` kernel manager that has not started its kernel.
    """
    if sys.platform == "win32":
        yield
        return
    folder = tempfile.mkdtemp(prefix="nbops-")
    # The sockets are named after this file; a relative name would be looked for in the kernel's own directory.
    manager.connection_file = str(Path(folder) / "kernel.json")
    manager.transport = "ipc"
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
