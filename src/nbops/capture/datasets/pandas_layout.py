"""Where the memory of a DataFrame or Series lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nbops.capture.datasets.arrow_layout import arrow_layout
from nbops.capture.datasets.layout import Arrays, Layout, Unstable, plain

_FEW = 2000
_Build = Callable[[Arrays], list[Any]]
_Block = tuple[list[Any], list[Any], _Build, Any]


def pandas_layout(value: Any) -> Layout:
    """Look at the memory of a DataFrame or Series.

    Raises:
        Unstable: A column, which the sentence names, holds Python objects or a dtype that is not known here.
    """
    import pandas as pd

    manager = value._mgr  # noqa: SLF001 # the public way to the blocks copies them
    whole = isinstance(value, pd.DataFrame)
    parts: list[Any] = []
    fixed: list[Any] = []
    builders: list[tuple[list[int], int, int, _Build]] = []
    tokens: list[Any] = ["pandas", whole, value.shape, () if whole else _names([value.name])]
    belonging = list(manager.axes)
    for block in manager.blocks:
        places = block.mgr_locs.as_array.tolist() if whole else [0]
        mine, still, build, token = _block(block.values, _told(manager.axes[0], places[0], whole=whole))
        builders.append((places, len(parts), len(mine), build))
        tokens += [(tuple(places), str(block.dtype), *(part.strides for part in mine)), token]
        parts += mine
        fixed += still
        belonging += [block.dtype.categories] if isinstance(block.dtype, pd.CategoricalDtype) else []
    tokens += [_names(index.names) for index in belonging]
    contents = [_content(index) for index in belonging]
    axes = tuple(index for index, content in zip(belonging, contents, strict=True) if content is None)
    token = None if None in tokens else (*tokens, *contents)
    build_whole = _frame(builders, manager.axes) if whole else _series(builders, manager.axes[0], value.name)
    return Layout(tuple(parts), tuple(fixed), token, axes, build_whole)


def _frame(builders: list[tuple[list[int], int, int, _Build]], axes: list[Any]) -> Callable[[Arrays], Any]:
    labels, index = axes

    def build_frame(copies: Arrays) -> Any:
        import pandas as pd

        arrays: list[Any] = [None] * len(labels)
        for places, at, count, build in builders:
            for place, array in zip(places, build(copies[at : at + count]), strict=True):
                arrays[place] = array
        series = {at: pd.Series(array, dtype=array.dtype, copy=False) for at, array in enumerate(arrays)}
        frame = pd.DataFrame(series, index=pd.RangeIndex(len(index)), copy=False)
        return frame.set_axis(index, axis=0).set_axis(labels, axis=1)

    return build_frame


def _series(builders: list[tuple[list[int], int, int, _Build]], index: Any, name: Any) -> Callable[[Arrays], Any]:
    build = builders[0][-1]

    def build_series(copies: Arrays) -> Any:
        import pandas as pd

        (array,) = build(copies)
        return pd.Series(array, index=index, dtype=array.dtype, name=name, copy=False)

    return build_series


def _block(values: Any, what: str) -> _Block:
    """Return a block's writable and fixed memory, what makes columns of copies, and a token of the rest."""
    import numpy as np
    import pandas as pd
    from pandas.core.arrays.masked import BaseMaskedArray

    kind, dtype = type(values), values.dtype
    if kind is np.ndarray:
        return [plain(values, what)], [], _rows, ()
    if kind in {pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray, pd.arrays.PeriodArray}:
        return [values._ndarray], [], lambda copies: [_dated(row, dtype) for row in _rows(copies)], ()  # noqa: SLF001
    if kind is pd.Categorical:
        return [values.codes], [], lambda copies: [_categorical(copies[0], dtype)], ()
    if issubclass(kind, BaseMaskedArray) and kind.__module__.startswith("pandas."):
        return [values._data, values._mask], [], lambda copies: [kind(copies[0], copies[1])], ()  # noqa: SLF001
    if kind in {pd.arrays.ArrowExtensionArray, pd.arrays.ArrowStringArray}:
        parts, fixed, build, token = arrow_layout(values.__arrow_array__())
        return parts, fixed, lambda copies: [_wrapped(kind, build(copies), dtype)], token
    if kind is pd.arrays.SparseArray:  # never changes in place
        shared = values.copy()
        return [], [shared.sp_values, shared.sp_index.to_int_index().indices], lambda _: [shared], ()
    raise Unstable(f"{what} is of dtype {dtype}, of which no quick copy can be made")


def _rows(copies: Arrays) -> list[Any]:
    return list(copies[0]) if copies[0].ndim > 1 else [copies[0]]


def _dated(row: Any, dtype: Any) -> Any:
    import pandas as pd

    if isinstance(dtype, pd.PeriodDtype):
        return pd.arrays.PeriodArray(row.view("<i8"), dtype=dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.DatetimeIndex(row, copy=False).tz_localize("UTC").tz_convert(dtype.tz).array
    return row


def _categorical(codes: Any, dtype: Any) -> Any:
    import pandas as pd

    return pd.Categorical.from_codes(codes, dtype=dtype)


def _wrapped(kind: type, values: Any, dtype: Any) -> Any:
    return kind(values, dtype=dtype) if kind.__name__ == "ArrowStringArray" else kind(values)


def _told(labels: Any, place: int, *, whole: bool) -> str:
    """Name a column without calling anything of the user's."""
    label = labels[place] if whole else None
    if not whole:
        return "it"
    return f"column {label!r}" if type(label) in {str, int} else f"column {place + 1}"


def _content(index: Any) -> Any:
    """Return what tells an index by its content; None where only the very same one is the same."""
    import pandas as pd

    if type(index) is pd.RangeIndex:
        return index.start, index.stop, index.step
    labels = index.tolist() if len(index) <= _FEW and type(index) is pd.Index else [None]
    return (str(index.dtype), tuple(labels)) if {type(label) for label in labels} <= {str, int} else None


def _names(names: Iterable[Any]) -> tuple[Any, ...] | None:
    known = tuple(names)
    return known if {type(name) for name in known} <= {str, int, type(None)} else None
