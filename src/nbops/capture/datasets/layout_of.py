"""Find out where the memory of a dataset lies."""

from __future__ import annotations

from typing import Any

from nbops.capture.datasets.arrow_layout import table_layout
from nbops.capture.datasets.layout import Layout, plain
from nbops.capture.datasets.pandas_layout import pandas_layout


def layout_of(value: Any) -> Layout:
    """Look at the memory of a dataset; nothing is read or copied.

    Args:
        value: What `is_frame` says yes to.

    Raises:
        Unstable: It holds Python objects, or a dtype that cannot be copied in a moment.
    """
    root = type(value).__module__.partition(".")[0]
    if root == "numpy":
        token = ("numpy", value.shape, value.strides, value.dtype.str)
        return Layout((plain(value, "it"),), (), token, (), lambda copies: copies[0])
    if root == "pyarrow":
        return table_layout(value)
    if root == "polars":
        shared = value.clone()  # costs nothing: Polars copies a shared buffer before it writes to it
        return Layout((), (), None, (), lambda _: shared)
    return pandas_layout(value)
