"""Import what a kernel and its notebook need, as long as nobody could tell afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from nbops.pipelines.running.warm.installed import is_installed, lies_installed
from nbops.pipelines.running.warm.unsafe import NEVER_BEFORE_A_FORK, open_files, unsafe

_INLINE = "module://matplotlib_inline.backend_inline"
_OURS = str(Path(__file__).parents[3])
# What a kernel loads before its first cell and what each cell passes through, in any notebook.
_KERNEL_SIDE = (
    "ipykernel.kernelapp", "ipykernel.zmqshell", "ipykernel.ipkernel", "ipykernel.debugger", "IPython.core.completer",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.logger", "IPython.core.magics",
    "IPython.core.magic_arguments", "IPython.core.oinspect", "IPython.extensions.storemagic", "IPython.utils.wildcard",
    "pdb", "comm", "asyncio", "sqlite3", "tornado.platform.asyncio", "zmq.asyncio", "nbops.magics.extension",
    "nbops.recording.process.start",
)  # fmt: skip
# What records a run. None of these imports a heavy library by itself.
_RECORDING = ("nbops.capture", "nbops.profiles", "nbops.snapshots")


def preload_kernel_side() -> None:
    """Import what every kernel needs; what this installation does not have is left out."""
    names = list(_KERNEL_SIDE)
    for room in _RECORDING:
        names += [room, *(found.name for found in walk_packages(import_module(room).__path__, f"{room}."))]
    for name in names:
        with suppress(ImportError):
            import_module(name)


def preload(
    imports: Iterable[tuple[str, tuple[str, ...]]],
    left_out: Iterable[str],
    output: int,
    environment: dict[str, str],
) -> tuple[str, str]:
    """Import what the notebook imports; return (module, why it has to be left out) at the first that may not stay.

    The process is spoiled then and has to be started anew. Both are empty where all is well.

    Args:
        imports: (module, names) in the order of the notebook. Ends at the first that is not installed: what a module
            of the project does when it is imported may decide what the next import gives.
        left_out: Modules that the kernels import themselves.
        output: Descriptor that this process's output goes to.
        environment: As it was when this process started.
    """
    skipped = frozenset(left_out)
    environment.setdefault("MPLBACKEND", _INLINE)  # as ipykernel does, before any cell
    os.environ.setdefault("MPLBACKEND", _INLINE)
    before, files = frozenset(sys.modules), open_files()
    for module, names in imports:
        if not is_installed(module):
            break
        if module in skipped or module.partition(".")[0] in NEVER_BEFORE_A_FORK:
            continue
        if why := _load(module, names, output, before, files):
            return module, why
    return "", ""


def _load(module: str, names: tuple[str, ...], output: int, before: frozenset[str], files: frozenset[int]) -> str:
    said = os.fstat(output).st_size
    try:
        __import__(module, fromlist=list(names))
    except BaseException as error:  # noqa: BLE001 # the notebook's own cell shall raise it
        return f"raises {type(error).__name__}"
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    if os.fstat(output).st_size != said:
        return "says something, which belongs into the notebook"
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if isinstance(file, str) and not lies_installed(file) and not file.startswith(_OURS):
            return f"loads {name} of the project"
    return unsafe(before, files)
