"""What a spare does: be a kernel in everything but the run, and wait for that."""

from __future__ import annotations

import atexit
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from nbops.pipelines.running.warm.become_kernel import end_with, leave_with, put_on
from nbops.pipelines.running.warm.spare import clear, connection_file
from nbops.pipelines.running.warm.wire import hear

# What runs code of the user or of an extension, which must find the environment of its run.
_LATER = ("init_gui_pylab", "init_extensions", "init_code")
_LAST_STREAM = 2
_PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")


def await_run(channel: socket.socket, made: Mapping[str, str], folder: Path) -> Callable[[], NoReturn]:
    """Return a function that makes this process a kernel without a run, waits for one, and runs it to its end.

    Args:
        channel: Brings the run; where it is closed before, the process ends.
        made: Environment variables that the imports themselves set.
        folder: Of this spare's sockets.
    """

    def run() -> NoReturn:
        leave_with(lambda: _serve(channel, made, folder))

    return run


def _serve(channel: socket.socket, made: Mapping[str, str], folder: Path) -> None:
    from ipykernel.kernelapp import IPKernelApp

    app: Any = IPKernelApp.instance(parent_handle=1)
    for name in _LATER:
        app.__dict__[name] = lambda: None
    before = dict(os.environ)
    app.initialize()
    own = {name: value for name, value in os.environ.items() if before.get(name) != value}
    try:
        wanted, files = hear(channel)
    except (OSError, ValueError):
        clear(folder)
        os._exit(0)  # nobody wants it
    channel.close()
    atexit.register(clear, folder)
    _take_over(app, wanted, files)
    put_on(wanted, made)
    os.environ.update(own)
    if session := os.environ.get("JPY_SESSION_NAME"):  # as the kernel itself does when it begins
        app.kernel.shell.user_ns["__session__"] = session
    for name in _LATER:
        del app.__dict__[name]
        getattr(app, name)()
    sys.stdout.flush()
    sys.stderr.flush()
    app.start()


def _take_over(app: Any, wanted: dict[str, Any], files: list[int]) -> None:
    # ipykernel reads what is written to the descriptors 1 and 2 itself, and passes it on to the first ones.
    beyond = [getattr(stream, "_original_stdstream_copy", None) for stream in (sys.stdout, sys.stderr)]
    targets = [0, *(number if copy is None else copy for number, copy in zip((1, 2), beyond, strict=True))]
    for target, stream in zip(targets, files, strict=False):
        os.dup2(stream, target, inheritable=target <= _LAST_STREAM)
    if len(files) > len(targets):
        end_with(files[len(targets)])
    for stream in files[: len(targets)]:
        os.close(stream)
    path = Path(wanted["folder"], str(connection_file(wanted)))
    told = json.loads(path.read_bytes())
    ours = [f"{app.ip}-{getattr(app, port)}" for port in _PORTS]
    app.connection_file = str(path)
    for port in _PORTS:
        setattr(app, port, 0)
    app.load_connection_info(told)
    app.log_connection_info()
    app.kernel.record_ports({port: told[port] for port in _PORTS})
    for port, socket_file in zip(_PORTS, ours, strict=True):
        Path(f"{app.ip}-{told[port]}").symlink_to(socket_file)
