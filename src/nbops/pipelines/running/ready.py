"""Wait until a kernel answers, and no longer."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from queue import Empty
from typing import Any

_PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
_LOOK, _ONE_TRY = 0.003, 1.0


async def sockets_there(manager: Any, patience: float) -> None:
    """Return when the kernel of *manager* listens, where that can be seen; ZeroMQ itself tries ten times a second.

    Args:
        manager: A `jupyter_client` kernel manager that has started its kernel.
        patience: Seconds after which it is left to ZeroMQ.
    """
    if manager.transport != "ipc":
        return
    left = [Path(f"{manager.ip}-{getattr(manager, port)}") for port in _PORTS]
    end, looked = time.monotonic() + patience, time.monotonic()
    while (left := [path for path in left if not path.exists()]) and time.monotonic() < end:
        await asyncio.sleep(_LOOK)
        if time.monotonic() - looked > _ONE_TRY:
            looked = time.monotonic()
            if not await manager.is_alive():
                return


async def ready(client: Any, patience: float) -> dict[str, Any]:
    """Return what the kernel says of itself, when it has answered and all that it had said before that was read.

    jupyter_client's own `wait_for_ready` goes on to listen for a fifth of a second; here the kernel's last word on the
    question, which comes after everything else, is waited for.

    Raises:
        RuntimeError: The kernel died, or did not answer within *patience* seconds.
    """
    end = time.monotonic() + patience
    while True:
        asked = client.kernel_info()
        answer = await _answer(client, asked)
        if answer is not None and await _is_idle(client, asked):
            return answer
        if not await client.is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > end:
            raise RuntimeError(f"Kernel didn't respond in {patience:g} seconds")


async def _answer(client: Any, asked: str) -> dict[str, Any] | None:
    end = time.monotonic() + _ONE_TRY
    while (left := end - time.monotonic()) > 0:
        try:
            told = await client.get_shell_msg(timeout=left)
        except Empty:
            return None
        if told["parent_header"].get("msg_id") == asked:
            client._handle_kernel_info_reply(told)  # noqa: SLF001 # jupyter_client's adaptation to an older protocol
            return dict(told["content"])
    return None


async def _is_idle(client: Any, asked: str) -> bool:
    """Return False where nothing comes: what the kernel said before it was listened to is lost."""
    while True:
        try:
            told = await client.get_iopub_msg(timeout=0.2)
        except Empty:
            return False
        mine = told["parent_header"].get("msg_id") == asked
        if mine and told["msg_type"] == "status" and told["content"].get("execution_state") == "idle":
            return True
