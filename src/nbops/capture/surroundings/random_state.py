"""Draws that leave no trace."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def random_state_kept() -> Iterator[None]:
    """Undo what is drawn inside, so that drawing a figure for the record changes nothing."""
    numpy_random: Any = sys.modules.get("numpy.random")
    former = random.getstate()
    numpy_former = numpy_random.get_state() if numpy_random is not None else None
    try:
        yield
    finally:
        random.setstate(former)
        if numpy_former is not None:
            numpy_random.set_state(numpy_former)
