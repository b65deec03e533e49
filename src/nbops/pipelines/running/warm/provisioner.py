"""`jupyter_client` kernel provisioner `nbops-warm`: forks IPython kernels from a parent that has imported everything.

jupyter_client loads it through its entry point; a kernel's specification chooses it:
`"metadata": {"kernel_provisioner": {"provisioner_name": "nbops-warm", "config": {"preload": ["pandas"]}}}`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

from nbops.pipelines.running.warm.cold_reason import StayCold, cold_reason, split
from nbops.pipelines.running.warm.forked import Forked
from nbops.pipelines.running.warm.note_kind import COLD
from nbops.workspace import ENVIRONMENT

WARM = "warm"


class WarmProvisioner(LocalProvisioner):
    """Forks the kernel where that is safe, and starts it as jupyter_client does where it is not; `kind` says which."""

    preload: list[str] = List(
        Unicode(),
        config=True,
        help="Modules that the notebooks import: 'pandas', or 'sklearn.svm:SVC' for a name of it.",
    )  # type: ignore[assignment]
    imports: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(module, names) to import in the parent, where the notebook is known; instead of `preload`."""
    process: Any = None
    kind: str = ""
    """After the start: `warm`, or `cold: ` and the reason."""
    on_kind: Callable[[str], None] | None = None
    """Called with `kind` before the kernel starts; once more where forking it turns out not to be possible."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Launch the kernel of *cmd*, warm where possible."""
        reason = cold_reason(cmd, kwargs)
        if not reason:
            try:
                return await self._fork(cmd, kwargs)
            except StayCold as error:
                reason = str(error)
        self._tell(COLD + reason)
        return await super().launch_kernel(cmd, **kwargs)

    async def _fork(self, cmd: list[str], options: dict[str, Any]) -> Any:
        from nbops.pipelines.running.warm.order import order  # Windows lacks what it needs, and never comes here

        parts = split(cmd)
        assert parts is not None
        python, arguments = parts
        environment = {name: str(value) for name, value in options["env"].items()}
        folder = os.path.abspath(options.get("cwd") or os.curdir)  # noqa: PTH100, ASYNC240 # no disk is asked
        served = order(python, self.imports or _parsed(self.preload), environment, _watched(environment), folder)
        if not options.get("independent"):
            environment["JPY_PARENT_PID"] = str(os.getpid())
        wanted = {
            "arguments": arguments, "command": cmd, "environment": environment, "folder": folder, "umask": _umask(),
        }  # fmt: skip
        with ExitStack() as opened:
            streams = [_stream(options, name, opened) for name in ("stdin", "stdout", "stderr")]
            ends = (None, None) if options.get("independent") else socket.socketpair()
            if ends[1] is not None:
                opened.enter_context(ends[1])
            self._tell(WARM)
            kernel = await self._forked(served, wanted, streams, *ends)
        self.process, self.pid, self.pgid, self.cwd = kernel, kernel.pid, kernel.pid, folder
        return self.connection_info

    async def _forked(
        self, served: Any, wanted: dict[str, Any], streams: list[int], ours: socket.socket | None, its: Any
    ) -> Forked:
        from nbops.pipelines.running.warm.fork_kernel import fork_kernel, is_served

        its_end = None if its is None else its.fileno()
        if is_served(served):  # milliseconds
            return fork_kernel(served, wanted, streams, ours, its_end)
        return await asyncio.to_thread(fork_kernel, served, wanted, streams, ours, its_end)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the kernel's end here, where it is noticed at once; jupyter_client looks ten times a second."""
        if isinstance(self.process, Forked) and self.parent is not None:
            recommended = getattr(self.parent, "shutdown_wait_time", 5.0)
            await self.process.ended(self.get_shutdown_wait_time(recommended) / 2)
        await super().shutdown_requested(restart=restart)

    async def wait(self) -> int | None:
        """Wait for the kernel's end."""
        if isinstance(self.process, Forked):
            while self.process.poll() is None:
                await self.process.ended(1.0)
        return await super().wait()

    def _tell(self, kind: str) -> None:
        self.kind = kind
        if kind != WARM:
            self.log.info("kernel started %s", kind)
        if self.on_kind is not None:
            self.on_kind(kind)


def _parsed(preload: list[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    split_up = [text.partition(":") for text in preload]
    return tuple((module, tuple(name.strip() for name in names.split(",") if name)) for module, _, names in split_up)


def _watched(environment: dict[str, str]) -> str:
    workspace = environment.get(ENVIRONMENT)
    return workspace if workspace and Path(workspace).is_dir() else sys.prefix


def _stream(options: dict[str, Any], name: str, opened: ExitStack) -> int:
    given = options.get(name)
    if given is None and name != "stdin":
        number = {"stdout": 1, "stderr": 2}[name]
        try:
            os.fstat(number)
        except OSError:  # this process has none
            given = subprocess.DEVNULL
        else:
            return number
    if given in {None, subprocess.DEVNULL, subprocess.PIPE}:
        return opened.enter_context(Path(os.devnull).open("r+b", buffering=0)).fileno()
    return given if isinstance(given, int) else int(given.fileno())


def _umask() -> int:
    current = os.umask(0o77)
    os.umask(current)
    return current
