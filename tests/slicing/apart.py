"""Notebooks in processes of their own, forked from one that has imported the large libraries already.

Whatever a notebook does to its process (settings, patches, threads, directories) ends with it, so that a slice that is
run again finds nothing that the recording left behind.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nbops.capture.journal.records import Execution
from nbops.workspace import ENVIRONMENT
from slicing.recorder import new_shell, record, run

_PRELOAD = ["IPython.core.interactiveshell", "numpy", "pandas", "matplotlib.pyplot", "sklearn.linear_model", "nbops",
            "slicing.apart"]  # fmt: skip
_SECONDS = 60


def record_apart(cells: tuple[str, ...]) -> tuple[list[Execution], str]:
    """Run *cells* with nbops loaded; return their executions as captured and what the last one printed."""
    return apart(record, cells)


def run_apart(cells: tuple[str, ...]) -> str:
    """Run *cells* without nbops and return what the last one printed."""
    return apart(run_cells, cells)


def apart(deed: Callable[[Any], Any], given: Any, seconds: float = _SECONDS) -> Any:
    """Return what *deed*, a function of a module, makes of *given* in a process and directory of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, deed, given))
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            process.kill()
            raise TimeoutError(f"the notebook took over {seconds} s: {given}")
        answer = ours.recv()
    finally:
        process.join(_SECONDS)
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _child(pipe: Connection, deed: Callable[[Any], Any], given: Any) -> None:
    os.environ |= {"NBOPS_RECORDER": "off", "NBOPS_QUIET": "1", "MPLBACKEND": "agg"}
    os.environ.pop(ENVIRONMENT, None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which whoever started us may have ignored
    sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 # for the life of the process
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.chdir(folder)
        Path("pyproject.toml").write_text("")
        sys.path.insert(0, "")
        try:
            answer: Any = deed(given)
        except BaseException as error:  # noqa: BLE001 # the parent raises it
            answer = error
        pipe.send(answer)
        pipe.close()
        os.chdir("/")
    sys.stdout.flush()
    os._exit(0)  # threads that a notebook leaves do not count


def run_cells(cells: tuple[str, ...]) -> str:
    """Run *cells* in a new shell of this process and return what the last one printed."""
    shell = new_shell()
    printed = ""
    for source in cells:
        printed = run(shell, source)
    return printed
