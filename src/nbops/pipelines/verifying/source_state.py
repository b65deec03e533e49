"""Whether a file that was read is still what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SAME, CHANGED, GONE, UNKNOWN = "same", "changed", "gone", "unknown"


def source_state(file: Mapping[str, Any], project: Path) -> str:
    """Return `same`, `changed`, `gone` or `unknown` for a file as an `Execution` tells of it.

    Args:
        file: `{"path", "bytes", "changed", "sha256"}`, of which all but the path may be missing.
        project: What a relative path is relative to.
    """
    path = project / str(file["path"])
    try:
        state = path.stat()
        if file.get("bytes") is None:
            return UNKNOWN
        if state.st_size != file["bytes"]:
            return CHANGED
        if state.st_mtime_ns == file.get("changed"):
            return SAME
        if digest := file.get("sha256"):
            return SAME if _sha256(path) == digest else CHANGED
    except OSError:
        return UNKNOWN if path.exists() else GONE
    return UNKNOWN


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
