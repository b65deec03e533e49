"""What a value is, as a number: the digest of its pickle."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from nbops.capture.checkpoints.pickling import NotPicklable, pack

_LARGE = 16_000_000


def digest_of_pickle(value: Any, namespace: Mapping[str, Any], deadline: float) -> str:
    """Return a digest of the pickle of one value, for comparing.

    Raises:
        NotPicklable: It cannot be pickled, is large, or takes longer than *deadline* (of `time.thread_time`).
    """
    file = _Digest(deadline)
    pack({"": value}, namespace, frozenset(), file, _LARGE)
    return file.hexdigest()


class _Digest:
    """A file that only hashes, and not for long."""

    def __init__(self, deadline: float) -> None:
        from xxhash import xxh3_128

        self._hash = xxh3_128()
        self._deadline = deadline
        self._left = _LARGE

    def write(self, content: Any) -> int:
        given = memoryview(content).cast("B")
        self._left -= given.nbytes
        if self._left < 0 or time.thread_time() > self._deadline:
            raise NotPicklable("too large to compare")
        self._hash.update(given)
        return given.nbytes

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
