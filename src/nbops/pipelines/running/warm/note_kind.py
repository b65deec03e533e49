"""Let a run say whether its kernel was a warm one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbops.errors import PipelineError
from nbops.recording.run import Run
from nbops.workspace import write_file

KERNEL_TAG = "nbops.kernel"
COLD, ASKED_FOR = "cold: ", "asked for"


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


def check_kernel(kernel: str) -> None:
    """Raise PipelineError where *kernel* is neither `warm` nor `cold`."""
    if kernel not in {"warm", "cold"}:
        raise PipelineError(f"kernel is {kernel!r}, but has to be warm or cold")


def say_cold(run: Run, *, shown: bool) -> Run:
    """Say on stderr, where something is *shown*, why *run* had a cold kernel nobody asked for; return the run."""
    kind = run.tags.get(KERNEL_TAG, "")
    if shown and kind.startswith(COLD) and kind != COLD + ASKED_FOR:
        sys.stderr.write(f"the kernel was started cold: {kind.removeprefix(COLD)}\n")
    return run
