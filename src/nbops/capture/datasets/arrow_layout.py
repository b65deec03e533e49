"""Where the memory of Arrow arrays lies."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbops.capture.datasets.layout import Arrays, Layout

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

_FIXED_WIDTH = 2  # buffers: validity and values


def table_layout(table: pa.Table) -> Layout:
    """Look at the memory of a table."""
    parts: list[NDArray[Any]] = []
    fixed: list[NDArray[Any]] = []
    builders: list[tuple[int, int, Callable[[Arrays], Any]]] = []
    tokens: list[Any] = ["pyarrow", str(table.schema), str(table.schema.metadata)]
    for column in table.columns:
        mine, still, build, token = arrow_layout(column)
        builders.append((len(parts), len(mine), build))
        parts += mine
        fixed += still
        tokens.append(token)
    schema = table.schema

    def build_table(copies: Arrays) -> Any:
        import pyarrow as pa

        columns = [build(copies[at : at + count]) for at, count, build in builders]
        return pa.Table.from_arrays(columns, schema=schema)

    token = None if None in tokens else tuple(tokens)
    return Layout(tuple(parts), tuple(fixed), token, (), build_table)


def arrow_layout(column: Any) -> tuple[list[NDArray[Any]], list[NDArray[Any]], Callable[[Arrays], Any], Any]:
    """Return writable and fixed memory of an array, what builds it of copies, and a token of what is in no memory.

    Arrow never changes its memory, but numbers may lie in an array of NumPy's that was wrapped without a copy.
    Where its memory does not tell its content, the token is None.
    """
    import numpy as np
    import pyarrow as pa

    kind = column.type
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    shown = [[None if one is None else np.frombuffer(one, "u1") for one in chunk.buffers()] for chunk in chunks]
    memory = [one for buffers in shown for one in buffers if one is not None]
    present = [tuple(one is not None for one in held) for held in shown]
    forms = [(len(chunk), chunk.offset, held) for chunk, held in zip(chunks, present, strict=True)]
    token = (str(kind), tuple(forms))
    if pa.types.is_dictionary(kind):
        return [], memory, lambda _: column, None  # its values are in none of its buffers
    if kind.num_buffers != _FIXED_WIDTH or kind.num_fields or isinstance(kind, pa.BaseExtensionType):
        return [], memory, lambda _: column, token

    def build(copies: Arrays) -> Any:
        left = iter(copies)
        made = []
        for rows, offset, held in forms:
            buffers = [pa.py_buffer(next(left)) if there else None for there in held]
            made.append(pa.Array.from_buffers(kind, rows, buffers, offset=offset))
        return pa.chunked_array(made, kind)

    return memory, [], build, token
