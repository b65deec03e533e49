"""Let a run say whether its kernel was a warm one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbops.workspace import write_file

KERNEL_TAG = "nbops.kernel"


def note_kind(spec: dict[str, Any], file: str) -> Callable[[str], None]:
    """Return a function that takes `warm`, or `cold: ` and the reason, before a kernel starts that reads *file*.

    Args:
        spec: What the kernel is told of its run.
        file: Where it reads that.
    """

    def note(kind: str) -> None:
        spec["tags"] = dict(spec.get("tags") or {}) | {KERNEL_TAG: kind}
        write_file(Path(file), json.dumps(spec).encode())

    return note
