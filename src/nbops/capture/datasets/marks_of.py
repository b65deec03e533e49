"""Hash memory where it lies."""

from __future__ import annotations

import time

from xxhash import xxh3_64

from nbops.capture.datasets.layout import Arrays
from nbops.capture.datasets.stretches import stretches


def marks_of(arrays: Arrays, end: float, wanted: tuple[int, ...] | None = None) -> tuple[int, ...] | None:
    """Return a hash for each array; None where that would go on after *end*, or as soon as one is not as *wanted*.

    Args:
        arrays: Of any shape; one that lies by columns is read by columns.
        end: Of `time.perf_counter`.
        wanted: What they were.
    """
    marks: list[int] = []
    for array in arrays:
        hasher = xxh3_64()
        for stretch in stretches(array):
            if time.perf_counter() > end:
                return None
            flat = stretch.ndim == 1 and stretch.flags.c_contiguous
            hasher.update(stretch.view("u1").data if flat else stretch.tobytes())
        marks.append(hasher.intdigest())
        if wanted is not None and wanted[: len(marks)] != tuple(marks):
            return None
    return tuple(marks)
