"""Arrow arrays ↔ streams. What lies behind a null is never stored, so that equal content has equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.streams.arrow_types import type_from_json, type_to_json
from nbops.snapshots.streams.stream import Encoded, Stream

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from nbops.snapshots.streams.values import Json

_INT32_MAX = 2**31 - 1


def encode_arrow(array: pa.Array | pa.ChunkedArray) -> Encoded:
    """Take an Arrow array apart; how it is chunked is not kept.

    Raises:
        SnapshotError: Its type cannot be stored.
    """
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray) and pa.types.is_dictionary(array.type):
        array = array.unify_dictionaries()
    chunks = array.chunks if isinstance(array, pa.ChunkedArray) else [array]
    form = {"is": "arrow", "type": type_to_json(array.type)}
    streams: list[Stream] = []
    form["layout"] = _encode(array.type, chunks, streams)
    return Encoded(form, tuple(streams))


def decode_arrow(form: Json, take: Callable[[], NDArray[Any]]) -> pa.Array:
    """Put together what `encode_arrow` took apart; *take* yields the streams in order."""
    return _decode(type_from_json(form["type"]), form["layout"], take)


def _encode(kind: pa.DataType, chunks: Sequence[pa.Array], streams: list[Stream]) -> Json:
    """Append the streams of *chunks* and return what decoding must know besides: rows, nulls, children."""
    import pyarrow as pa
    from pyarrow import types

    if isinstance(kind, pa.BaseExtensionType):
        return _encode(kind.storage_type, [chunk.storage for chunk in chunks], streams)
    plain = _plain_twin(kind)
    if plain is not None:
        return _encode(plain, [chunk.cast(plain) for chunk in chunks], streams)
    layout: dict[str, Json] = {"rows": sum(len(chunk) for chunk in chunks)}
    if types.is_null(kind):
        return layout
    if types.is_dictionary(kind):
        dictionary = chunks[0].dictionary if chunks else pa.array([], kind.value_type)
        layout["children"] = [
            _encode(kind.index_type, [chunk.indices for chunk in chunks], streams),
            _encode(kind.value_type, [dictionary], streams),
        ]
        return layout
    if any(chunk.null_count for chunk in chunks):
        layout["nulls"] = True
        streams.append(Stream(1, tuple(_validity(chunk) for chunk in chunks)))
    if types.is_struct(kind):
        parts = [chunk.flatten() for chunk in chunks]
        children = [[part[at] for part in parts] for at in range(kind.num_fields)]
        layout["children"] = [_encode(kind.field(at).type, child, streams) for at, child in enumerate(children)]
    elif types.is_fixed_size_list(kind):
        layout["children"] = [_encode(kind.value_type, [chunk.flatten() for chunk in chunks], streams)]
    elif types.is_list(kind) or types.is_large_list(kind) or types.is_map(kind):
        lists = [_as_list(chunk) for chunk in chunks]
        layout["lengths"] = _encode_lengths([_lengths(chunk) for chunk in lists], streams)
        value_type = pa.struct([kind.key_field, kind.item_field]) if types.is_map(kind) else kind.value_type
        layout["children"] = [_encode(value_type, [chunk.flatten() for chunk in lists], streams)]
    elif _is_text(kind):
        compact = [_without_hidden(chunk) for chunk in chunks]
        layout["lengths"] = _encode_lengths([_lengths(chunk) for chunk in compact], streams)
        streams.append(Stream(1, tuple(_text_bytes(chunk) for chunk in compact)))
    else:
        streams.append(_fixed(kind, chunks))
    return layout


def _decode(kind: pa.DataType, layout: Json, take: Callable[[], NDArray[Any]]) -> pa.Array:  # noqa: PLR0911 # one per layout
    import numpy as np
    import pyarrow as pa
    from pyarrow import types

    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, _decode(kind.storage_type, layout, take))
    plain = _plain_twin(kind)
    if plain is not None:
        return _decode(plain, layout, take).cast(kind)
    rows = layout["rows"]
    if types.is_null(kind):
        return pa.nulls(rows)
    if types.is_dictionary(kind):
        indices = _decode(kind.index_type, layout["children"][0], take)
        values = _decode(kind.value_type, layout["children"][1], take)
        return pa.DictionaryArray.from_arrays(indices, values, ordered=kind.ordered)
    valid = take().view("?") if layout.get("nulls") else None
    bitmap = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    if types.is_struct(kind):
        parts = [_decode(kind.field(at).type, part, take) for at, part in enumerate(layout["children"])]
        return _checked(pa.Array.from_buffers(kind, rows, [bitmap], children=parts))
    if types.is_fixed_size_list(kind):
        child = _decode(kind.value_type, layout["children"][0], take)
        return _checked(pa.Array.from_buffers(kind, rows, [bitmap], children=[_reopen(child, valid, kind.list_size)]))
    if "lengths" in layout:
        wide = types.is_large_string(kind) or types.is_large_binary(kind) or types.is_large_list(kind)
        lengths = take().view(layout["lengths"])
        offsets = _offsets(lengths, rows, wide)
        buffers = [bitmap, pa.py_buffer(offsets)]
        if _is_text(kind):
            return _checked(pa.Array.from_buffers(kind, rows, [*buffers, pa.py_buffer(take())]))
        value_type = pa.struct([kind.key_field, kind.item_field]) if types.is_map(kind) else kind.value_type
        child = _decode(value_type, layout["children"][0], take)
        return _checked(pa.Array.from_buffers(kind, rows, buffers, children=[child]))
    content = take()
    values = np.packbits(content.view("?"), bitorder="little") if types.is_boolean(kind) else content
    return _checked(pa.Array.from_buffers(kind, rows, [bitmap, pa.py_buffer(values)]))


def _checked(array: pa.Array) -> pa.Array:
    """Return *array* if its buffers are as long as its rows need: Arrow reads what lies behind them otherwise."""
    array.validate()
    return array


def _offsets(lengths: NDArray[Any], rows: int, wide: bool) -> NDArray[Any]:
    """Return where each of *rows* begins, and the last ends; they never step back, so that the end is the farthest."""
    import numpy as np

    offsets = np.zeros(lengths.size + 1, "<i8")
    np.cumsum(lengths, out=offsets[1:])
    if lengths.size != rows or lengths.dtype.kind != "i" or (rows and lengths.min() < 0):
        raise SnapshotError("lengths of text or lists are damaged")
    if not wide and offsets[-1] > _INT32_MAX:
        raise SnapshotError("lengths of text or lists are damaged")
    return offsets if wide else offsets.astype("<i4")


def _plain_twin(kind: pa.DataType) -> pa.DataType | None:
    """Return the type through which *kind* is stored, None where it is stored as it is."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_string_view(kind):
        return pa.large_string()
    if types.is_binary_view(kind):
        return pa.large_binary()
    return None


def _is_text(kind: pa.DataType) -> bool:
    from pyarrow import types

    return any(test(kind) for test in (types.is_string, types.is_large_string, types.is_binary, types.is_large_binary))


def _validity(chunk: pa.Array) -> NDArray[Any]:
    """Return one byte per row: 1 where there is a value."""
    import numpy as np

    bitmap = chunk.buffers()[0]
    if bitmap is None or chunk.null_count == 0:
        return np.ones(len(chunk), "u1")
    return _bits(bitmap, chunk.offset, len(chunk))


def _bits(bitmap: pa.Buffer, offset: int, rows: int) -> NDArray[Any]:
    import numpy as np

    first = offset // 8
    window = np.frombuffer(bitmap, "u1")[first : (offset + rows + 7) // 8]
    return np.unpackbits(window, count=offset - first * 8 + rows, bitorder="little")[offset - first * 8 :]


def _fixed(kind: pa.DataType, chunks: Sequence[pa.Array]) -> Stream:
    """Return the values of fixed width, zeros behind nulls."""
    import numpy as np
    from pyarrow import types

    flags = types.is_boolean(kind)
    width = 1 if flags else kind.bit_width // 8
    pieces = []
    for chunk in chunks:
        buffer = chunk.buffers()[1]
        if flags:
            values = _bits(buffer, chunk.offset, len(chunk)) if len(chunk) else np.empty(0, "u1")
        else:
            content = np.frombuffer(buffer, "u1") if buffer is not None and buffer.size else np.empty(0, "u1")
            values = content[chunk.offset * width : (chunk.offset + len(chunk)) * width]
        if chunk.null_count:
            values = values.copy()
            values.reshape(-1, width)[_validity(chunk) == 0] = 0
        pieces.append(values)
    return Stream(max(width, 1), tuple(pieces))


def _lengths(chunk: pa.Array) -> NDArray[Any]:
    import numpy as np
    from pyarrow import types

    if not len(chunk):
        return np.empty(0, "<i8")
    kind = chunk.type
    wide = types.is_large_list(kind) or types.is_large_string(kind) or types.is_large_binary(kind)
    offsets = np.frombuffer(chunk.buffers()[1], "<i8" if wide else "<i4")
    lengths = np.diff(offsets[chunk.offset : chunk.offset + len(chunk) + 1])
    if chunk.null_count and not _is_text(kind):
        lengths[_validity(chunk) == 0] = 0
    return lengths


def _encode_lengths(lengths: Sequence[NDArray[Any]], streams: list[Stream]) -> str:
    small = all(not part.size or part.max() <= _INT32_MAX for part in lengths)
    kind = "<i4" if small else "<i8"
    streams.append(Stream(4 if small else 8, tuple(part.astype(kind, copy=False) for part in lengths)))
    return kind


def _text_bytes(chunk: pa.Array) -> NDArray[Any]:
    import numpy as np
    from pyarrow import types

    content = chunk.buffers()[2]
    if not len(chunk) or content is None or not content.size:
        return np.empty(0, "u1")
    wide = types.is_large_string(chunk.type) or types.is_large_binary(chunk.type)
    offsets = np.frombuffer(chunk.buffers()[1], "<i8" if wide else "<i4")
    return np.frombuffer(content, "u1")[offsets[chunk.offset] : offsets[chunk.offset + len(chunk)]]


def _without_hidden(chunk: pa.Array) -> pa.Array:
    """Return *chunk* without bytes behind its nulls; the same array where there are none."""
    import pyarrow as pa

    if chunk.null_count and _lengths(chunk)[_validity(chunk) == 0].any():
        return pa.array(chunk.to_pylist(), chunk.type)
    return chunk


def _as_list(chunk: pa.Array) -> pa.Array:
    """Return a map as the list of entries that it is; a list as it is."""
    import pyarrow as pa
    from pyarrow import types

    if not types.is_map(chunk.type):
        return chunk
    entries = chunk.values
    buffers = chunk.buffers()[:2]
    return pa.Array.from_buffers(
        pa.list_(entries.type), len(chunk), buffers, chunk.null_count, chunk.offset, children=[entries]
    )


def _reopen(child: pa.Array, valid: NDArray[Any] | None, size: int) -> pa.Array:
    """Give the null rows of a list of fixed size the values that they must have, which are null."""
    import numpy as np
    import pyarrow as pa

    if valid is None:
        return child
    positions = np.full((len(valid), size), -1, "i8")
    positions[valid] = np.arange(int(valid.sum()) * size).reshape(-1, size)
    flat = positions.reshape(-1)
    indices = pa.array(flat, mask=flat < 0)
    if len(indices) and indices.null_count == 0 and len(child) != len(flat):
        raise SnapshotError("a list of fixed size is damaged")
    return child.take(indices)
