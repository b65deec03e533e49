"""NumPy arrays ↔ streams. Buffers are looked at where they are, never copied as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.streams.objects import decode_objects, encode_objects
from nbops.snapshots.streams.stream import Encoded, Stream
from nbops.snapshots.streams.values import dtype_from_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from nbops.snapshots.streams.values import Json


def encode_array(array: NDArray[Any]) -> Encoded:
    """Take an array of any shape apart.

    Raises:
        SnapshotError: Its dtype cannot be stored.
    """
    import numpy as np

    kind = array.dtype
    by_columns = array.ndim > 1 and array.flags.f_contiguous and not array.flags.c_contiguous
    if array.ndim != 1:
        array = (array.T if by_columns else array).reshape(-1)
    shape: dict[str, Json] = {"by_columns": True} if by_columns else {}
    if kind.kind == "O":
        objects = encode_objects(array)
        return Encoded({**objects.type, **shape}, objects.streams)
    if kind.hasobject or kind.kind == "T":
        raise SnapshotError(f"an array of dtype {kind} cannot be stored", hint="array.astype(object)")
    form = {"is": "numpy", "dtype": np.lib.format.dtype_to_descr(kind), **shape}
    if kind.itemsize == 0:
        return Encoded({**form, "rows": int(array.size)})
    return Encoded(form, (Stream(kind.itemsize, (array,)),))


def decode_array(form: Json, take: Callable[[], NDArray[Any]], shape: list[int] | None = None) -> NDArray[Any]:
    """Put together what `encode_array` took apart; *take* yields the streams in order, *shape* is of the whole."""
    import numpy as np

    if form["is"] == "objects":
        flat = decode_objects(form, take)
    else:
        kind = dtype_from_json(form["dtype"])
        flat = np.zeros(form["rows"], kind) if kind.itemsize == 0 else take().view(kind)
    if shape is None:
        return flat
    return flat.reshape(shape[::-1]).T if form.get("by_columns") else flat.reshape(shape)
