"""Datasets that are never read: lazy ones, ones on a device or in another process, and classes of the user's own."""

from __future__ import annotations

from types import GeneratorType
from typing import Any

# Library → classes. Their instances are plans, cursors, or memory that only copying would bring here.
_LAZY = {
    "polars": {"LazyFrame"},
    "dask": {"DataFrame", "Series", "Array", "Bag", "FrameBase"},
    "dask_expr": {"DataFrame", "Series", "FrameBase"},
    "pyspark": {"DataFrame", "RDD"},
    "duckdb": {"DuckDBPyRelation"},
    "_duckdb": {"DuckDBPyRelation"},
    "pyarrow": {"Dataset", "RecordBatchReader"},
    "ibis": {"Table"},
    "cudf": {"DataFrame", "Series"},
    "cupy": {"ndarray"},
    "datasets": {"Dataset", "IterableDataset", "DatasetDict"},
    "vaex": {"DataFrame"},
    "modin": {"DataFrame", "Series"},
}
_OWN = {"pandas": {"DataFrame", "Series"}, "polars": {"DataFrame"}}
_MOST = 1000


def not_collected(value: Any) -> str:
    """Return the class of a dataset that is only ever noted by reference, such as `polars.LazyFrame`; else nothing."""
    kind = type(value)
    if kind is GeneratorType:
        return "generator"
    for base in kind.__mro__:
        root = base.__module__.partition(".")[0]
        if base.__name__ in _LAZY.get(root, ()):
            return f"{root.lstrip('_')}.{kind.__name__}"
        if kind is not base and base.__name__ in _OWN.get(root, ()):  # a subclass has methods of its own
            return f"{kind.__module__.partition('.')[0].replace('__main__', 'notebook')}.{kind.__name__}"
    if kind.__module__ == "torch" and kind.__name__ == "Tensor" and value.is_cuda:
        return "torch.Tensor on a GPU"
    return ""


def schema_of(value: Any) -> dict[str, str]:
    """Return the columns and types of a dataset that knows them without running anything."""
    kind = type(value)
    root = kind.__module__.partition(".")[0]
    if kind.__name__ == "DuckDBPyRelation":
        pairs = zip(value.columns, value.types, strict=True)
    elif root == "pyarrow" and not_collected(value):
        pairs = zip(value.schema.names, value.schema.types, strict=True)
    else:
        return {}
    return {str(name): str(dtype) for name, dtype in list(pairs)[:_MOST]}
