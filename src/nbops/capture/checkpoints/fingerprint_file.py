"""Hash of a file's content."""

from __future__ import annotations

from pathlib import Path


def fingerprint_file(path: Path) -> str | None:
    """Return the BLAKE3 hash of the file at *path*; None where it cannot be read."""
    from blake3 import blake3

    try:
        return blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest()
    except OSError:
        return None
