"""Have processes that lose their parent become this one's children instead of the system's."""

from __future__ import annotations

import sys
from contextlib import suppress

_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> bool:
    """Keep every descendant below this process, also one that forked twice, left the session and has no environment.

    Who ends a run finds what it has started among the kernel's descendants. Only Linux (3.4) knows this; elsewhere a
    daemon is found by session and environment alone. Says whether it is so. Ended ones stay as zombies, as nobody waits
    for them, until this process ends.
    """
    if sys.platform != "linux":
        return False
    with suppress(OSError, AttributeError):
        import ctypes

        return bool(ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    return False
