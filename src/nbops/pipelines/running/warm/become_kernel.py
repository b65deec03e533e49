"""Turn a forked child of the parent into a kernel that differs in nothing from one started cold."""

from __future__ import annotations

import atexit
import gc
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

_BUFFERED = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)


def become_kernel(
    wanted: Mapping[str, Any], streams: Iterable[int], lifeline: int | None, made: Mapping[str, str]
) -> None:
    """Prepare this process as *wanted*; running the kernel is left to `run_kernel`.

    Args:
        wanted: `arguments` (sys.argv), `command`, `environment`, `folder`, `umask`.
        streams: What becomes standard input, output and error.
        lifeline: Ends when whoever asked for the kernel ends; the kernel then ends too.
        made: Environment variables that the imports themselves set.
    """
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for target, stream in enumerate(streams):
        os.dup2(stream, target, inheritable=True)
    os.umask(wanted["umask"])
    os.chdir(wanted["folder"])
    put_on(wanted, made)
    for text in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(text, "reconfigure"):
            text.reconfigure(line_buffering=text is sys.stderr or os.isatty(text.fileno()))
    _draw_anew()
    if lifeline is not None:
        end_with(lifeline)


def put_on(wanted: Mapping[str, Any], made: Mapping[str, str]) -> None:
    """Take on the environment and the command line that are *wanted*."""
    os.environ.clear()
    os.environ.update(dict(made) | wanted["environment"])
    sys.argv[:] = wanted["arguments"]
    sys.orig_argv[:] = wanted["command"]


def run_kernel() -> NoReturn:
    """Run the kernel that `sys.argv` describes until it is shut down, then end the process."""
    from ipykernel.kernelapp import IPKernelApp

    # 1: the kernel does not watch for the end of its parent itself; the lifeline does, and the parent may go.
    leave_with(lambda: IPKernelApp.launch_instance(parent_handle=1))


def end_with(lifeline: int) -> None:
    """Have this process end when the other end of *lifeline* is closed."""
    threading.Thread(target=_end_with, args=(lifeline,), name="lifeline", daemon=True).start()


def leave_with(run: Callable[[], object]) -> NoReturn:
    """Call *run*, a kernel, and end the process as Python does."""
    status = 0
    try:
        run()
    except SystemExit as asked:
        status = asked.code if isinstance(asked.code, int) else int(asked.code is not None)
    except BaseException:  # noqa: BLE001 # as Python does with what nobody catches
        sys.excepthook(*sys.exc_info())
        status = 1
    _leave(status)


def _leave(status: int) -> NoReturn:
    """End as Python does: wait for threads, run exit functions, let objects go, write what is buffered.

    Only the memory is not taken down object by object: that would copy every page shared with the parent first, which
    takes longer than starting the kernel did.
    """
    try:
        threading._shutdown()  # type: ignore[attr-defined] # noqa: SLF001 # Python's own finalization calls it
        atexit._run_exitfuncs()  # noqa: SLF001
        gc.collect()
        for one in gc.get_objects():
            if type(one) in _BUFFERED and not one.closed:
                with suppress(OSError, ValueError):
                    one.flush()
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            if stream is not None:
                with suppress(OSError, ValueError):
                    stream.flush()
    finally:
        os._exit(status)


def _draw_anew() -> None:
    # Python's own generator, tempfile, uuid and ssl do so by themselves after a fork. torch starts with the same seed
    # in every process, and nothing was drawn from it.
    numbers = sys.modules.get("numpy.random")
    if numbers is not None:
        numbers.seed()
    processes = sys.modules.get("multiprocessing.process")
    if processes is not None:
        processes.current_process().authkey = os.urandom(32)


def _end_with(lifeline: int) -> None:
    while True:
        try:
            if not os.read(lifeline, 1):
                break
        except InterruptedError:
            continue
        except OSError:
            break
    os._exit(1)
