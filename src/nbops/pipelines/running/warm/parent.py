"""The parent of warm kernels: `python -m nbops.pipelines.running.warm.parent JSON`. Imports, then forks on request.

It has one thread, computes nothing, and ends when nobody asked for a kernel for some minutes, when the folder that it
serves is gone, or when anything that it has loaded has changed on disk.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from typing import Any

from nbops.pipelines.running.warm.await_run import await_run
from nbops.pipelines.running.warm.become_kernel import become_kernel, run_kernel
from nbops.pipelines.running.warm.freshness import changed, stamps
from nbops.pipelines.running.warm.preload import preload, preload_kernel_side
from nbops.pipelines.running.warm.shadowed import shadowed
from nbops.pipelines.running.warm.spare import Spare, clear, likeness, prepared
from nbops.pipelines.running.warm.unsafe import open_files, unsafe
from nbops.pipelines.running.warm.wire import hear, say

_PATIENCE = 2.0
_KEPT_STREAMS = 3


class _Parent:
    """Answers one request after the other; a kernel's connection stays open until it has been told how it ended."""

    def __init__(self, listener: socket.socket, path: Path, watched: Path, idle: float) -> None:
        self._listener, self._path, self._watched, self._idle = listener, path, watched, idle
        self.made: dict[str, str] = {}
        self.at_first: frozenset[str] = frozenset()
        self._inode = path.stat().st_ino
        self._stamps = stamps()
        self._kernels: dict[int, socket.socket] = {}
        self._spare: Spare | None = None
        self._next: dict[str, Any] | None = None
        self._folders: dict[int, Path] = {}
        self._used = time.monotonic()
        self._retired = False
        spec = importlib.util.find_spec("ipykernel_launcher")
        self._launcher = str(spec.origin) if spec else "ipykernel_launcher"
        self._wake, self._woken = socket.socketpair()
        for end in (self._wake, self._woken):
            end.settimeout(0)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)

    def serve(self) -> Callable[[], None] | None:
        """Serve until the end, which is None, or, in a forked child, until there is a kernel to run."""
        tick = max(0.05, min(2.0, self._idle / 4))
        while not self._is_done():
            sources = [self._woken] if self._retired else [self._woken, self._listener]
            ready = select(sources, [], [], tick)[0]
            if self._woken in ready:
                with suppress(BlockingIOError):
                    self._woken.recv(4096)
            self._bury()
            if not self._retired and self._listener in ready and (kernel := self._answer()):
                return kernel
            if self._next is not None and (kernel := self._fork_spare()):
                return kernel
        self._retire()
        return None

    def _is_done(self) -> bool:
        if not self._retired and not (self._is_mine() and self._watched.exists()):
            self._retire()
        if self._kernels:
            self._used = time.monotonic()
            return False
        return self._retired or time.monotonic() - self._used > self._idle

    def _is_mine(self) -> bool:
        try:
            return self._path.stat().st_ino == self._inode
        except OSError:
            return False

    def _retire(self) -> None:
        self._next = None
        if self._spare is not None:
            self._spare.end()
            clear(self._spare.folder)
            self._spare = None
        if self._is_mine():
            self._path.unlink(missing_ok=True)
        self._listener.close()
        self._retired = True

    def _bury(self) -> None:
        for pid in {**self._kernels, **self._folders}:
            try:
                found, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                found, status = pid, 0
            if not found:
                continue
            if folder := self._folders.pop(pid, None):
                clear(folder)
            if self._spare is not None and self._spare.pid == pid:
                self._spare = None
            if pid in self._kernels:
                with self._kernels.pop(pid) as connection, suppress(OSError):
                    say(connection, {"status": os.waitstatus_to_exitcode(status)})

    def _answer(self) -> Callable[[], None] | None:
        connection, _ = self._listener.accept()
        connection.settimeout(_PATIENCE)
        files: list[int] = []
        try:
            if _user(connection) != os.getuid():
                raise PermissionError("another user")
            wanted, files = hear(connection)
            if wanted.get("retire"):
                self._retire()
                connection.close()
                return None
            return self._fork(connection, wanted, files)
        except (OSError, ValueError, KeyError):
            connection.close()
            return None
        finally:
            for file in files:
                with suppress(OSError):  # a child has closed them already
                    os.close(file)

    def _fork(self, connection: socket.socket, wanted: dict[str, Any], files: list[int]) -> Callable[[], None] | None:
        self._used = time.monotonic()
        with suppress(OSError):
            os.utime(self._path)
        refusal = self._refusal(wanted)
        if refusal:
            say(connection, refusal)
            connection.close()
            return None
        wanted["arguments"] = [self._launcher, *wanted["arguments"]]
        pid = self._hand_out(wanted, files)
        if pid is None:
            pid = os.fork()
        if pid == 0:
            return self._child([connection], wanted, files)
        self._next = wanted
        self._kernels[pid] = connection
        watch = os.pidfd_open(pid)  # before anybody waits for it: the number cannot have passed to another process
        try:
            say(connection, {"pid": pid}, [watch])
        except OSError:  # nobody is left who knows of it
            os.kill(pid, signal.SIGKILL)
        finally:
            os.close(watch)
        return None

    def _refusal(self, wanted: dict[str, Any]) -> dict[str, str]:
        if path := changed(self._stamps):
            self._retire()
            return {"stale": path}
        if why := shadowed(Path(wanted["folder"]), self.at_first):
            return {"cold": why}
        return {}

    def _hand_out(self, wanted: dict[str, Any], files: list[int]) -> int | None:
        """Return the process that becomes the kernel which is *wanted*, if it has been forked already."""
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        if spare.fits(wanted):
            with suppress(OSError):
                spare.hand_out(wanted, files)
                return spare.pid
        spare.end()
        return None

    def _fork_spare(self) -> Callable[[], None] | None:
        """Fork one for the next run, while this one computes; in the child, return what it does."""
        wanted, self._next = self._next, None
        if wanted is None or self._spare is not None or (alike := likeness(wanted)) is None:
            return None
        folder = self._path.parent / f"{os.getpid()}-{time.monotonic_ns():x}"
        try:
            first, (ours, its) = prepared(wanted, folder), socket.socketpair()
        except OSError:
            return None
        pid = os.fork()
        if pid == 0:
            nothing = [os.open(os.devnull, os.O_RDWR) for _ in range(_KEPT_STREAMS)]
            self._child([ours], first, nothing, its)
            return await_run(its, self.made, folder)
        its.close()
        self._folders[pid] = folder
        self._spare = Spare(pid, ours, alike, folder)
        return None

    def _child(
        self, others: list[socket.socket], wanted: dict[str, Any], files: list[int], own: socket.socket | None = None
    ) -> Callable[[], None]:
        # Whatever fails here ends the child only, never as a second parent.
        try:
            streams, lifeline = files[:_KEPT_STREAMS], next(iter(files[_KEPT_STREAMS:]), None)
            connections = [*others, *self._kernels.values(), self._listener, self._wake, self._woken]
            become_kernel(wanted, streams, lifeline, self.made)
            for connection in connections:
                connection.close()
            kept = {lifeline} | ({own.fileno()} if own is not None else set())
            for file in open_files() - _KEPT - kept:
                os.close(file)
        except BaseException:  # noqa: BLE001
            os._exit(1)
        files.clear()
        return run_kernel


_KEPT: set[int] = set()


def _user(connection: socket.socket) -> int:
    process = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int.from_bytes(process[4:8], sys.byteorder)


def main() -> None:
    """Import what the order names and serve; in a child, run its kernel and end as any Python process does."""
    told = json.loads(sys.argv[1])
    del sys.path[0]  # the folder that it was started in
    gc.disable()
    begun, started = dict(os.environ), dict(os.environ)
    preload_kernel_side()
    at_first = frozenset(sys.modules)
    module, why = preload(told["imports"], told["left_out"], 1, started)
    if module:
        # Spoiled: the same process begins again, without it.
        told["left_out"].append(module)
        told["reasons"].append(f"{module}: {why}")
        os.execve(sys.executable, [*sys.orig_argv[:-1], json.dumps(told)], begun)  # noqa: S606
    ready = told["ready"]
    refusal = unsafe(files=open_files())
    if refusal:
        os.write(ready, json.dumps({"cold": f"Python itself {refusal}"}).encode())
        return
    made = {name: value for name, value in os.environ.items() if started.get(name) != value}
    _KEPT.update(open_files() - {ready})
    path = Path(told["socket"])
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    path.unlink(missing_ok=True)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(64)
    parent = _Parent(listener, path, Path(told["watched"]), told["idle"])
    parent.made, parent.at_first = made, at_first
    gc.enable()
    gc.collect()
    gc.freeze()
    os.write(ready, json.dumps({"pid": os.getpid(), "left_out": told["reasons"]}).encode())
    os.close(ready)
    run = parent.serve()
    if run is not None:
        del parent, listener
        run()


if __name__ == "__main__":
    main()
