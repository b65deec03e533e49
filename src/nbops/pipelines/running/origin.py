"""Who asked for a run."""

from __future__ import annotations

import os
import sys

ORIGIN = "NBOPS_ORIGIN"


def origin() -> str:
    """Return `sidebar` where the server set it in the environment, `cell` in a kernel, else `command`."""
    if told := os.environ.get(ORIGIN):
        return told
    module = sys.modules.get("IPython")
    return "cell" if module and getattr(module.get_ipython(), "kernel", None) is not None else "command"
