"""Where the memory of a dataset lies, and how to put a dataset together from copies of it.

Memory that the user's code may write to is told apart from memory that never changes (Arrow's text, an index), which is
shared instead of copied.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

Arrays = Sequence["NDArray[Any]"]


class Unstable(Exception):  # never leaves the room
    """No stable copy can be made; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The memory of one dataset.

    Attributes:
        parts: Arrays that somebody may write to.
        fixed: Memory that never changes.
        token: What else the content depends on, hashable; None where nobody can say.
        axes: Immutable objects that belong to the content, such as an index; the same object is the same content.
        build: Makes an equal dataset of copies of `parts`.
    """

    parts: tuple[NDArray[Any], ...]
    fixed: tuple[NDArray[Any], ...]
    token: Any
    axes: tuple[Any, ...]
    build: Callable[[Arrays], Any]

    @property
    def nbytes(self) -> int:
        """Length of what has to be copied, in bytes."""
        return sum(part.nbytes for part in self.parts)


def plain(array: NDArray[Any], what: str) -> NDArray[Any]:
    """Return *array* if its values lie in its own memory.

    Raises:
        Unstable: They do not.
    """
    if array.dtype.hasobject or array.dtype.kind == "T" or not array.dtype.itemsize:
        raise Unstable(f"{what} holds Python objects, of which no quick copy can be made")
    return array
