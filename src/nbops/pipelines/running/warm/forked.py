"""A forked kernel, seen from whoever asked for it: what `subprocess.Popen` is for one started cold."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from contextlib import suppress
from select import select
from typing import Any

from nbops.pipelines.running.warm.wire import hear

UNKNOWN = 1
"""Exit status of a kernel whose parent was gone before it."""


class Forked:
    """Runs in its own session; it ends when `lifeline` is closed, also by the end of this process."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, watch: int, connection: socket.socket, lifeline: socket.socket | None) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._watch, self._connection, self._lifeline = watch, connection, lifeline

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs. Takes microseconds."""
        if self.returncode is None and select([self._watch], [], [], 0)[0]:
            self.returncode = self._status()
            self._close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end, at most *timeout* seconds; return the exit status, or None where it still runs."""
        if self.returncode is None:
            select([self._watch], [], [], timeout)
        return self.poll()

    async def ended(self, timeout: float) -> None:  # noqa: ASYNC109 # a kernel that does not end is no error here
        """Return as soon as it has ended, at most after *timeout* seconds."""
        if self.poll() is not None:
            return
        loop = asyncio.get_running_loop()
        over = asyncio.Event()
        try:
            loop.add_reader(self._watch, over.set)
        except NotImplementedError:  # an event loop that watches no descriptors
            return
        try:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(over.wait(), timeout)
        finally:
            loop.remove_reader(self._watch)

    def send_signal(self, number: int) -> None:
        """Signal the kernel alone; nothing happens where it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watch, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _status(self) -> int:
        try:
            told: dict[str, Any] = hear(self._connection)[0]
            return int(told["status"])
        except (OSError, ValueError, KeyError):
            return UNKNOWN

    def _close(self) -> None:
        os.close(self._watch)
        self._connection.close()
        if self._lifeline is not None:
            self._lifeline.close()

    def __del__(self) -> None:
        if self.returncode is None:
            self.returncode = UNKNOWN
            with suppress(OSError):
                self._close()
