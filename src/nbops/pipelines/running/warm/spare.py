"""A kernel that the parent has forked ahead of the run that will have it; for exactly one run, like any other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

from nbops.pipelines.running.warm.freshness import changed, stamps_of
from nbops.pipelines.running.warm.order import is_of_one_run
from nbops.pipelines.running.warm.wire import say

_CONFIGURED = ("ipython_config.py", "ipython_config.json", "ipython_kernel_config.py", "ipython_kernel_config.json")


class Spare:
    """Seen from the parent.

    Args:
        pid: Of the process.
        channel: Where it hears which run it is for; it ends with this.
        likeness: See `likeness`.
        folder: Its sockets lie there.
    """

    def __init__(self, pid: int, channel: socket.socket, likeness: Mapping[str, Any], folder: Path) -> None:
        self.pid, self.folder = pid, folder
        self._channel, self._likeness = channel, likeness
        self._stamps = stamps_of(_configurations())

    def fits(self, wanted: Mapping[str, Any]) -> bool:
        """Say whether it differs from the kernel that is *wanted* in nothing but what one run tells its kernel."""
        return likeness(wanted) == self._likeness and not changed(self._stamps)

    def hand_out(self, wanted: dict[str, Any], files: list[int]) -> None:
        """Let it become the kernel that is *wanted*.

        Raises:
            OSError: It is gone.
        """
        with self._channel:
            say(self._channel, wanted, files)

    def end(self) -> None:
        """Do without it."""
        self._channel.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def likeness(wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a spare has to share with the kernel that is *wanted*; None where none can stand in for it.

    Only sockets of the file system can get another name; a TCP port cannot.
    """
    file = connection_file(wanted)
    if file is None or any(word.startswith("--profile") for word in wanted["arguments"]):
        return None
    try:
        told = json.loads(Path(wanted["folder"], file).read_bytes())
        if told["transport"] != "ipc" or "curve_secretkey" in told:
            return None
    except (OSError, ValueError, KeyError):
        return None
    return {
        "arguments": [word.replace(file, "") for word in wanted["arguments"]],
        "command": [word.replace(file, "") for word in wanted["command"]],
        "environment": {name: value for name, value in wanted["environment"].items() if not is_of_one_run(name)},
        "folder": wanted["folder"],
        "umask": wanted["umask"],
    }


def connection_file(wanted: Mapping[str, Any]) -> str | None:
    """Return the connection file in the arguments of a kernel."""
    return next((word for flag, word in pairwise(wanted["arguments"]) if flag == "-f" and word), None)


def prepared(wanted: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return *wanted* as a spare begins: without what belongs to one run, with sockets of its own in *folder*."""
    file = folder / "k.json"
    told = {"transport": "ipc", "ip": str(folder / "k"), "key": os.urandom(16).hex(), "signature_scheme": "hmac-sha256"}
    ports = {f"{name}_port": at for at, name in enumerate(("shell", "iopub", "stdin", "control", "hb"), 1)}
    folder.mkdir(mode=0o700)
    file.write_text(json.dumps(told | ports))
    asked = str(connection_file(wanted))
    alike = likeness(wanted)
    assert alike is not None
    return alike | {key: [word.replace(asked, str(file)) for word in wanted[key]] for key in ("arguments", "command")}


def clear(folder: Path) -> None:
    """Remove the sockets of a spare, or of the kernel that it became."""
    shutil.rmtree(folder, ignore_errors=True)


def _configurations() -> list[str]:
    from IPython.core.application import ENV_CONFIG_DIRS, SYSTEM_CONFIG_DIRS
    from IPython.paths import get_ipython_dir

    places = [str(Path(get_ipython_dir(), "profile_default")), *ENV_CONFIG_DIRS, *SYSTEM_CONFIG_DIRS]
    return [str(Path(place, name)) for place in places for name in _CONFIGURED]
