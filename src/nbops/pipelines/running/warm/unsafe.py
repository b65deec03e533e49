"""Why this process must not be forked: what a child would not survive or would share with its siblings."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

# Not to be loaded before a fork at all: they say so themselves, or start threads and contexts as soon as they are used.
NEVER_BEFORE_A_FORK = frozenset({
    "tensorflow", "jax", "jaxlib", "grpc", "cupy", "cudf", "pycuda", "ray", "pyspark", "jpype", "polars", "pynvml",
})  # fmt: skip
# jemalloc stops its own thread before a fork and starts it again after it, in parent and child (pthread_atfork).
_SAFE_THREADS = frozenset({"jemalloc_bg_thd"})


def unsafe(since: frozenset[str] = frozenset(), files: frozenset[int] = frozenset()) -> str:
    """Return in a few words why a fork of this process is unsafe; empty text where it is safe.

    Threads of OpenBLAS and the like end before a fork, by handlers of their own: a trial fork shows what is left.

    Args:
        since: Modules that do not count: every process of this interpreter has them.
        files: Open files that do not count.
    """
    alive = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
    if alive:
        return f"leaves a thread ({alive[0]})"
    known = sorted({name.partition(".")[0] for name in set(sys.modules) - since} & NEVER_BEFORE_A_FORK)
    if known:
        return f"loads {known[0]}, which does not survive a fork"
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_initialized():
        return "initialises CUDA, which does not survive a fork"
    shared = [kind for descriptor in open_files() - files if (kind := _shared(descriptor))]
    if shared:
        return f"keeps a {shared[0]} open, which all kernels would share"
    _try_to_fork()
    left = [name for thread, name in _threads() if thread != os.getpid() and name not in _SAFE_THREADS]
    return f"leaves a thread ({left[0]})" if left else ""


def unsafe_platform(platform: str = sys.platform) -> str:
    """Return why kernels cannot be forked on *platform*, or empty text where they can."""
    if platform == "darwin":
        return "macOS: its system frameworks do not survive a fork"
    if platform != "linux":
        return f"kernels are forked on Linux only, not on {platform}"
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (AttributeError, OSError):
        return "this Linux cannot watch a process by descriptor (pidfd_open)"
    return ""


def open_files() -> frozenset[int]:
    """Return the descriptors that are open in this process."""
    found = set()
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 # the descriptor of the listing itself is gone afterwards
        try:
            os.fstat(int(name))
        except OSError:
            continue
        found.add(int(name))
    return frozenset(found)


def _shared(descriptor: int) -> str:
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISSOCK(mode):
        return "connection"
    if stat.S_ISFIFO(mode):
        return "pipe"
    link = str(Path(f"/proc/self/fd/{descriptor}").readlink())
    return "kernel object" if link.startswith("anon_inode:") else ""


def _threads() -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc/self/task").iterdir():
        try:
            found.append((int(folder.name), (folder / "comm").read_text().strip()))
        except OSError:  # ended meanwhile
            continue
    return found


def _try_to_fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
