"""Named points at which a process dies: around each durable operation that nbops asks for.

No hook in the product is needed. A profiling callback sees every call of a function, and so every write, sync, rename,
statement and request that a frame of nbops makes. A first run lists them, in order; then the same work is done again in
one forked child for each, which kills itself (SIGKILL) just before or just after that operation.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType
from typing import Any, Self

_FUNCTIONS = {
    os.open: "open", os.write: "write", os.fdatasync: "fdatasync", os.fsync: "fsync", os.ftruncate: "ftruncate",
    os.replace: "replace", os.rename: "rename", os.unlink: "unlink", os.mkdir: "mkdir", os.posix_fallocate: "fallocate",
}  # fmt: skip
_METHODS = {
    ("Connection", "execute"): "execute", ("Connection", "commit"): "commit",
    ("BufferedWriter", "write"): "file.write", ("BufferedWriter", "flush"): "file.flush",
    ("BufferedRandom", "write"): "file.write",
}  # fmt: skip
_REQUESTS = ("MlflowClient.", "Model.log")
_NEAR = 6
_PASSING = {"execute", "mkdir", "open", "file.write"}


class Points:
    """Counts points in this thread; dies at one of them if told to.

    Attributes:
        names: Points in the order in which they were passed.
    """

    def __init__(self, target: str = "") -> None:
        self.names: list[str] = []
        self._target = target
        self._counts: Counter[str] = Counter()

    def __enter__(self) -> Self:
        sys.setprofile(self._see)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, what: Any) -> None:
        if event in {"c_call", "c_return"}:
            if operation := _operation(what):
                self._pass(frame, operation, "before" if event == "c_call" else "after")
        elif event in {"call", "return"}:
            name = frame.f_code.co_qualname
            if name.startswith(_REQUESTS) and frame.f_back is not None:
                self._pass(frame.f_back, name, "before" if event == "call" else "after")

    def _pass(self, frame: FrameType, operation: str, side: str) -> None:
        place = _place(frame, anywhere=operation == "commit")
        if place is None:
            return
        key = f"{place}:{operation}"
        if side == "before":
            self._counts[key] += 1
        name = f"{key}#{self._counts[key]}:{side}"
        self.names.append(name)
        if name == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


def _operation(what: Any) -> str | None:
    try:
        if (found := _FUNCTIONS.get(what)) is not None:
            return found
    except TypeError:  # not hashable
        return None
    owner = getattr(what, "__self__", None)
    if owner is None:
        return None
    return next((_METHODS[kind.__name__, what.__name__] for kind in type(owner).__mro__
                 if (kind.__name__, what.__name__) in _METHODS), None)  # fmt: skip


def _place(frame: FrameType | None, *, anywhere: bool) -> str | None:
    """Return `module.function` of the frame of nbops that asked for it; None where MLflow or the user's code did."""
    steps = 0
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("nbops."):
            return f"{module.removeprefix('nbops.')}.{frame.f_code.co_name}"
        steps += 1
        foreign = module.startswith(("mlflow", "IPython", "sqlalchemy")) or steps > _NEAR
        if foreign and not anywhere:
            return None
        frame = frame.f_back
    return None


def in_child(work: Callable[[Callable[[Any], None]], None], patience: float = 60.0) -> tuple[int | None, list[Any]]:
    """Run *work* in a forked child; return the signal or exit code (negative: signal), and what it told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        code = 1
        try:
            work(lambda thing: os.write(writing, json.dumps(thing).encode() + b"\n") and None)
            code = 0
        except BaseException:  # noqa: BLE001 # a forked child must never go on as its parent
            sys.setprofile(None)
            os.write(writing, json.dumps({"failed": traceback.format_exc()}).encode() + b"\n")
        finally:
            os._exit(code)
    os.close(writing)
    told = bytearray()
    end = time.monotonic() + patience
    os.set_blocking(reading, False)
    status = None
    while status is None:
        told += _available(reading)
        done, found = os.waitpid(child, os.WNOHANG)
        if done:
            status = found
        elif time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
        else:
            time.sleep(0.002)
    told += _available(reading)
    os.close(reading)
    return os.waitstatus_to_exitcode(status), [json.loads(line) for line in told.splitlines()]


def _available(descriptor: int) -> bytes:
    found = bytearray()
    while True:
        try:
            part = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return bytes(found)
        if not part:
            return bytes(found)
        found += part


def choose(names: list[str], most: int) -> list[str]:
    """Return at most *most* points: first one of every kind, then the others, evenly spread over the work.

    Just after a statement or a new folder is just before what follows; such points are left out.
    """
    names = [name for name in names if not name.endswith(":after") or _kind(name).split(":")[-2] not in _PASSING]
    kinds = list(dict.fromkeys(_kind(name) for name in names))
    chosen = [next(name for name in names if _kind(name) == kind) for kind in kinds]
    left = [name for name in names if name not in set(chosen)]
    room = most - len(chosen)
    if room > 0 and left:
        step = max(1.0, len(left) / room)
        chosen += [left[int(at * step)] for at in range(min(room, len(left)))]
    order = {name: at for at, name in enumerate(names)}
    return sorted(chosen, key=order.__getitem__)


def _kind(name: str) -> str:
    head, _, side = name.rpartition(":")
    return f"{head.rpartition('#')[0]}:{side}"


def unseen(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return *work* done unwatched: others' code takes many times as long while it is watched, and has no points."""

    def do(*given: Any, **named: Any) -> Any:
        watch = sys.getprofile()
        sys.setprofile(None)
        try:
            return work(*given, **named)
        finally:
            sys.setprofile(watch)

    return do


def close_connections() -> None:
    """Close MLflow's connections: forked children must not share one, and the database is about to be replaced."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    for item in gc.get_objects():
        if isinstance(item, SqlAlchemyStore):
            item.engine.dispose()


def restore(template: Path, place: Path) -> None:
    """Make *place* what *template* is."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(template, place)


def report(names: list[str], outcomes: Iterable[tuple[str, bool, list[str]]], begun: float) -> None:
    """Print what was found, as one JSON object: all points, those executed and reached, and problems of each."""
    found = list(outcomes)
    reached = [name for name, was_reached, _ in found if was_reached]
    problems = {name: told for name, _, told in found if told}
    told = {"names": names, "executed": len(found), "reached": reached, "problems": problems}
    sys.stdout.write(json.dumps(told | {"seconds": time.monotonic() - begun}) + "\n")
