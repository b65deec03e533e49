"""Have a kernel forked; where there is no parent for it, start one."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from select import select
from typing import Any

from nbops.pipelines.running.warm.cold_reason import StayCold
from nbops.pipelines.running.warm.forked import Forked
from nbops.pipelines.running.warm.order import Order
from nbops.pipelines.running.warm.place import place
from nbops.pipelines.running.warm.wire import hear, say

IDLE = "NBOPS_WARM_IDLE"
"""Environment variable: seconds after which a parent that nobody asked for a kernel ends."""
_IDLE = 600.0
_MOST_PARENTS = 4
_ANSWER = 10.0
_START = 60.0
_ATTEMPTS = 2
_parents: list[subprocess.Popen[bytes]] = []


def is_served(order: Order) -> bool:
    """Say whether a parent for *order* seems to be there, so that a kernel takes milliseconds."""
    try:
        return (place() / f"{order.key}.socket").exists()
    except OSError:
        return False


def fork_kernel(
    order: Order, wanted: Mapping[str, Any], streams: Sequence[int], lifeline: socket.socket | None, its_end: int | None
) -> Forked:
    """Return a kernel as *wanted*, forked from the parent that *order* describes.

    Args:
        order: What it is forked from.
        wanted: See `become_kernel`.
        streams: Descriptors of its standard input, output and error.
        lifeline: When it is closed, the kernel ends.
        its_end: Descriptor of the other end of *lifeline*.

    Raises:
        StayCold: It cannot be done, and why.
    """
    try:
        path = place() / f"{order.key}.socket"
    except OSError as error:
        raise StayCold(f"there is no place for the parent of warm kernels ({error})") from error
    files = [*streams, *([] if its_end is None else [its_end])]
    for attempt in range(_ATTEMPTS + 1):
        if attempt:
            with _alone(path):
                if not _answers(path):
                    _start(order, path)
        with suppress(OSError):
            kernel = _ask(path, wanted, files, lifeline)
            if kernel is not None:
                return kernel
    raise StayCold("the parent of warm kernels ended again and again while it was starting")


def _ask(path: Path, wanted: Mapping[str, Any], files: list[int], lifeline: socket.socket | None) -> Forked | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(_ANSWER)
    try:
        connection.connect(str(path))
        say(connection, dict(wanted), files)
        told, watches = hear(connection)
    except TimeoutError as error:
        connection.close()
        raise StayCold("the parent of warm kernels does not answer") from error
    except BaseException:
        connection.close()
        raise
    if "pid" in told:
        return Forked(told["pid"], watches[0], connection, lifeline)
    connection.close()
    if "cold" in told:
        raise StayCold(told["cold"])
    return None  # something that it has loaded has changed since; it ends


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER)
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    lock = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _start(order: Order, path: Path) -> None:
    _make_room(path)
    _parents[:] = [parent for parent in _parents if parent.poll() is None]  # leaves no zombies
    ready, its_end = os.pipe()
    told = {
        "imports": order.imports, "left_out": [], "reasons": [], "socket": str(path), "watched": order.watched,
        "idle": float(dict(order.environment).get(IDLE) or _IDLE), "ready": its_end,
    }  # fmt: skip
    log = os.open(path.with_suffix(".log"), os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    try:
        parent = subprocess.Popen(
            [*order.python, "-m", "nbops.pipelines.running.warm.parent", json.dumps(told)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=path.parent, env=dict(order.environment),
            pass_fds=[its_end], start_new_session=True,
        )  # fmt: skip
        _parents.append(parent)
    except OSError as error:
        os.close(ready)
        raise StayCold(f"the parent of warm kernels cannot be started ({error})") from error
    finally:
        os.close(its_end)
        os.close(log)
    try:
        if not select([ready], [], [], _START)[0]:
            parent.kill()
            raise StayCold(f"the parent of warm kernels was not ready after {_START:.0f} seconds")
        answer = os.read(ready, 1 << 16)
    finally:
        os.close(ready)
    if answer and "cold" in (answered := json.loads(answer)):
        raise StayCold(answered["cold"])


def _make_room(path: Path) -> None:
    others = [(other.stat().st_mtime, other) for other in path.parent.glob("*.socket") if other != path]
    for _, other in sorted(others)[: max(0, len(others) - _MOST_PARENTS + 1)]:
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(other))
            except ConnectionRefusedError:  # killed; it left its socket
                other.unlink(missing_ok=True)
                continue
            say(connection, {"retire": True})
