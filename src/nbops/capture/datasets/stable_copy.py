"""Copy the memory of a dataset, so that what the user's code does next cannot reach it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from nbops.capture.datasets.layout import Layout, Unstable
from nbops.capture.datasets.stretches import rows_of, stretches

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FASTEST = 2e10  # bytes per second
_TELLING = 48 << 20


def stable_copy(layout: Layout, end: float) -> list[NDArray[Any]]:
    """Return copies of the writable memory of a dataset.

    Args:
        layout: Where it lies.
        end: When it must be done, of `time.perf_counter`; given up as soon as the pace tells that it will not be.

    Raises:
        Unstable: There is not enough time, or memory.
    """
    pace = _Pace(layout.nbytes, end)
    try:
        return [_copy(part, pace) for part in layout.parts]
    except MemoryError as error:
        raise Unstable("there is not enough memory for a copy of it") from error


class _Pace:
    """Raises as soon as what is left to copy will not be done in time."""

    def __init__(self, nbytes: int, end: float) -> None:
        self._begun, self._end = time.perf_counter(), end
        self._left, self._done = nbytes, 0
        if nbytes / _FASTEST > end - self._begun:
            raise Unstable(_TOO_LONG)

    def step(self, nbytes: int) -> None:
        now = time.perf_counter()
        self._left -= nbytes
        self._done += nbytes
        needed = self._left * (now - self._begun) / self._done if self._done > _TELLING else 0.0
        if now + needed > self._end:
            raise Unstable(_TOO_LONG)


def _copy(array: NDArray[Any], pace: _Pace) -> NDArray[Any]:
    import numpy as np

    # What lies neither by rows nor by columns is stored by rows, so its copy must not lie by columns.
    whole = array.flags.c_contiguous or array.flags.f_contiguous
    copied = np.empty_like(array, order="K" if whole else "C", subok=False)
    cut = stretches if whole else rows_of
    for there, here in zip(cut(copied), cut(array), strict=True):
        np.copyto(there, here)
        pace.step(there.nbytes)
    return copied


_TOO_LONG = "copying it would take longer than capture.snapshot_ms allows"
