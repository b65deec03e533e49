"""Columns of Python objects ↔ streams: one code per row for the class, then the values of each class together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.streams.arrow_columns import decode_arrow, encode_arrow
from nbops.snapshots.streams.stream import Encoded, Stream
from nbops.snapshots.streams.values import Json, value_from_json, value_to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

_KINDS = ("none", "str", "float", "int", "bool", "bytes", "other")
_CODES = {type(None): 0, str: 1, float: 2, int: 3, bool: 4, bytes: 5}
_INT, _OTHER = 3, 6
_INT_RANGE = range(-(2**63), 2**63)


def encode_objects(values: NDArray[Any]) -> Encoded:
    """Take a one-dimensional array of Python objects apart.

    Raises:
        SnapshotError: It holds a value of a class that cannot be stored exactly.
    """
    import numpy as np

    rows = values.tolist()
    codes = np.fromiter((_CODES.get(kind, _OTHER) for kind in map(type, rows)), "u1", len(rows))
    _set_apart(rows, codes)
    present = np.flatnonzero(np.bincount(codes, minlength=len(_KINDS))).tolist()
    streams = [] if len(present) == 1 else [Stream(1, (codes,))]
    parts: list[Json] = []
    for code in present:
        chosen = rows if len(present) == 1 else values[codes == code].tolist()
        part = _encode_kind(_KINDS[code], chosen)
        parts.append({"kind": _KINDS[code], "type": part.type})
        streams.extend(part.streams)
    return Encoded({"is": "objects", "rows": len(rows), "parts": parts}, tuple(streams))


def decode_objects(form: Json, take: Callable[[], NDArray[Any]]) -> NDArray[Any]:
    """Put together what `encode_objects` took apart; *take* yields the streams in order."""
    import numpy as np

    values = np.empty(form["rows"], object)
    parts = form["parts"]
    codes = take() if len(parts) > 1 else None
    for part in parts:
        held = _decode_kind(part["kind"], part["type"], form["rows"] if codes is None else -1, take)
        where = slice(None) if codes is None else np.flatnonzero(codes == _KINDS.index(part["kind"]))
        column = np.empty(len(held), object)
        for at, value in enumerate(held):
            column[at] = value
        values[where] = column if part["kind"] != "none" else None
    return values


def _set_apart(rows: Sequence[Any], codes: NDArray[Any]) -> None:
    """Give whole numbers beyond 64 bits and text that is no UTF-8 the code of what is stored one by one."""
    import numpy as np

    for at in np.flatnonzero(codes == _INT).tolist():
        if rows[at] not in _INT_RANGE:
            codes[at] = _OTHER
    texts = np.flatnonzero(codes == _CODES[str]).tolist()
    try:
        "".join(rows[at] for at in texts).encode()
    except UnicodeEncodeError:
        for at in texts:
            if isinstance(value_to_json(rows[at]), dict):
                codes[at] = _OTHER


def _encode_kind(kind: str, rows: list[Any]) -> Encoded:
    import numpy as np
    import pyarrow as pa

    if kind == "none":
        return Encoded(len(rows))
    if kind in {"float", "int", "bool"}:
        array = np.array(rows, {"float": "<f8", "int": "<i8", "bool": "?"}[kind])
        return Encoded(None, (Stream(array.itemsize, (array,)),))
    if kind == "other":
        try:
            rows = [json.dumps(value_to_json(row), separators=(",", ":")) for row in rows]
        except RecursionError as error:
            raise SnapshotError("a value that holds itself cannot be stored") from error
    return encode_arrow(pa.array(rows, pa.large_binary() if kind == "bytes" else pa.large_string()))


def _decode_kind(kind: str, form: Json, rows: int, take: Callable[[], NDArray[Any]]) -> Sequence[Any]:
    if kind == "none":
        return [None] * (form if rows < 0 else rows)
    if kind in {"float", "int", "bool"}:
        values: list[Any] = take().view({"float": "<f8", "int": "<i8", "bool": "?"}[kind]).tolist()
        return values
    texts: list[Any] = decode_arrow(form, take).to_pylist()
    return [value_from_json(json.loads(text)) for text in texts] if kind == "other" else texts
