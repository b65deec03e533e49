"""What starter and parent say to each other: one JSON object at a time, with open files beside it."""

from __future__ import annotations

import json
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

_SIZE = struct.Struct("!I")
_MOST = 16 << 20
_MOST_FILES = 8


def say(connection: socket.socket, told: dict[str, Any], files: Sequence[int] = ()) -> None:
    """Send *told*, and *files* with it.

    Raises:
        OSError: The other side is gone or does not take it.
    """
    body = json.dumps(told).encode()
    head = _SIZE.pack(len(body))
    if files:
        socket.send_fds(connection, [head], list(files))
        connection.sendall(body)
    else:
        connection.sendall(head + body)


def hear(connection: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return what the other side says, and the open files that came along; no child inherits them.

    Raises:
        OSError: The other side is gone, or says nothing within the connection's timeout.
    """
    head, files, _, _ = socket.recv_fds(connection, _SIZE.size, _MOST_FILES)
    for file in files:
        os.set_inheritable(file, False)  # noqa: FBT003 # the only way to say it
    try:
        head += _exactly(connection, _SIZE.size - len(head)) if head else _exactly(connection, _SIZE.size)
        (size,) = _SIZE.unpack(head)
        return json.loads(_exactly(connection, min(size, _MOST))), files
    except BaseException:
        for file in files:
            os.close(file)
        raise


def _exactly(connection: socket.socket, size: int) -> bytes:
    whole = b""
    while len(whole) < size:
        part = connection.recv(size - len(whole))
        if not part:
            raise ConnectionResetError("the other side is gone")
        whole += part
    return whole
