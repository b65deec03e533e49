"""The list of chunks that a stream is made of: one record of key and length for each."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.packs.pack import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_RECORD = [("key", "u1", (KEY,)), ("size", "<u4")]


def recipe_of(keys: Sequence[bytes], ends: Sequence[int]) -> NDArray[Any]:
    """Return the records of chunks with those *keys*, which end at *ends*, as bytes."""
    import numpy as np

    records = np.zeros(len(keys), _RECORD)
    records["key"] = np.frombuffer(b"".join(keys), "u1").reshape(-1, KEY)
    records["size"] = np.diff(ends, prepend=0)
    return records.view("u1")


def places_of(recipe: NDArray[Any]) -> list[tuple[bytes, int, int]]:
    """Return key, start and end of every chunk in *recipe*.

    Raises:
        SnapshotError: It is cut short.
    """
    import numpy as np

    if not recipe.size or recipe.size % np.dtype(_RECORD).itemsize:
        raise SnapshotError("a list of chunks is damaged")
    records = recipe.view(_RECORD)
    ends = [0, *np.cumsum(records["size"], dtype="i8").tolist()]
    return [(key.tobytes(), low, high) for key, (low, high) in zip(records["key"], pairwise(ends), strict=True)]
