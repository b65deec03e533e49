"""Walk through the memory of an array little by little, without copying it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STRETCH = 16 << 20


def stretches(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield an array in pieces of some megabytes; in the order in which they lie, where they lie side by side."""
    flat = next((view.reshape(-1) for view in (array, array.T) if view.flags.c_contiguous), None)
    yield from rows_of(array if flat is None else flat)


def rows_of(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield an array in pieces of some megabytes along its first axis."""
    step = max(1, _STRETCH * len(array) // max(1, array.nbytes))
    yield from (array[at : at + step] for at in range(0, len(array), step))
