"""Columns, indexes and labels of pandas ↔ streams, through pandas' public protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.errors import SnapshotError
from nbops.snapshots.streams.arrays import decode_array, encode_array
from nbops.snapshots.streams.arrow_columns import decode_arrow, encode_arrow
from nbops.snapshots.streams.stream import Encoded, Stream
from nbops.snapshots.streams.values import Json, value_from_json, value_to_json, zone_from_json, zone_to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    Take = Callable[[], NDArray[Any]]


def encode_column(values: Any) -> Encoded:  # noqa: C901, PLR0911 # one line per dtype
    """Take the values of a column apart: a NumPy array or an array of one of pandas' own dtypes.

    Raises:
        SnapshotError: They cannot be stored exactly.
    """
    import numpy as np
    import pandas as pd

    kind = values.dtype
    if isinstance(values, np.ndarray):
        return encode_array(values)
    if isinstance(kind, pd.DatetimeTZDtype):
        return Encoded({"is": "zoned", "unit": kind.unit, "zone": zone_to_json(kind.tz)}, _whole(values.asi8))
    if isinstance(kind, pd.CategoricalDtype):
        categories = encode_index(kind.categories)
        form = {"is": "categorical", "ordered": bool(kind.ordered), "categories": categories.type}
        codes = Stream(values.codes.itemsize, (values.codes,))
        return Encoded({**form, "codes": values.codes.dtype.str}, (codes, *categories.streams))
    if isinstance(kind, pd.PeriodDtype):
        return Encoded({"is": "period", "freq": kind.name.removeprefix("period[")[:-1]}, _whole(values.asi8))
    if isinstance(kind, pd.IntervalDtype):
        left, right = encode_index(values.left), encode_index(values.right)
        form = {"is": "interval", "closed": kind.closed, "left": left.type, "right": right.type}
        return Encoded(form, (*left.streams, *right.streams))
    if isinstance(kind, pd.SparseDtype):
        return _encode_sparse(values)
    if isinstance(kind, pd.StringDtype):
        missing = "NA" if kind.na_value is pd.NA else "nan"
        return _through_arrow({"is": "text", "storage": kind.storage, "missing": missing}, values)
    if isinstance(kind, pd.ArrowDtype):
        return _through_arrow({"is": "arrow-dtype"}, values)
    if kind.name in _MASKED:
        return _through_arrow({"is": "masked", "dtype": kind.name}, values)
    if isinstance(values, pd.arrays.NumpyExtensionArray):
        inner = encode_array(values.to_numpy())
        return Encoded({"is": "numpy-extension", "values": inner.type}, inner.streams)
    raise SnapshotError(f"dtype {kind} cannot be stored", hint="convert it to a dtype of pandas, or to object")


def decode_column(form: Json, take: Take) -> Any:  # noqa: C901, PLR0911 # one line per dtype
    """Put together what `encode_column` took apart; *take* yields the streams in order."""
    import numpy as np
    import pandas as pd

    kind = form["is"]
    if kind in {"numpy", "objects"}:
        return decode_array(form, take)
    if kind == "zoned":
        moments = pd.DatetimeIndex(take().view(f"<M8[{form['unit']}]"), copy=False)
        return moments.tz_localize("UTC").tz_convert(zone_from_json(form["zone"])).array
    if kind == "categorical":
        codes = take().view(form["codes"])
        dtype = pd.CategoricalDtype(decode_index(form["categories"], take), form["ordered"])
        return pd.Categorical.from_codes(codes, dtype=dtype)
    if kind == "period":
        return pd.arrays.PeriodArray(take().view("<i8"), dtype=pd.PeriodDtype(form["freq"]))
    if kind == "interval":
        left, right = decode_index(form["left"], take), decode_index(form["right"], take)
        return pd.arrays.IntervalArray.from_arrays(left, right, closed=form["closed"])
    if kind == "sparse":
        return _decode_sparse(form, take)
    if kind == "numpy-extension":
        return pd.arrays.NumpyExtensionArray(decode_array(form["values"], take))
    array = decode_arrow(form["values"], take)
    if kind == "arrow-dtype":
        return pd.arrays.ArrowExtensionArray(array)
    if kind == "masked" and form["dtype"] in _MASKED:
        masked: Any = pd.api.types.pandas_dtype(form["dtype"])
        return masked.__from_arrow__(array)
    if kind != "text":
        raise SnapshotError(f"its type {kind!r} is not known")
    missing = pd.NA if form["missing"] == "NA" else np.nan
    text: Any = pd.StringDtype(form["storage"], na_value=missing)
    return text.__from_arrow__(array)


def encode_index(index: pd.Index) -> Encoded:
    """Take an index, or the labels of the columns, apart; a RangeIndex costs nothing."""
    import numpy as np
    import pandas as pd

    if isinstance(index, pd.RangeIndex):
        bounds = [index.start, index.stop, index.step]
        return Encoded({"is": "range", "bounds": bounds, "name": value_to_json(index.name)})
    if isinstance(index, pd.MultiIndex):
        levels = [encode_index(level) for level in index.levels]
        codes = [encode_array(np.asarray(code)) for code in index.codes]
        form = {
            "is": "multi",
            "names": [value_to_json(name) for name in index.names],
            "levels": [level.type for level in levels],
            "codes": [code.type for code in codes],
        }
        return Encoded(form, tuple(stream for part in (*levels, *codes) for stream in part.streams))
    values = encode_column(index.to_numpy(copy=False) if isinstance(index.dtype, np.dtype) else index.array)
    form = {"is": "index", "name": value_to_json(index.name), "values": values.type}
    freq = getattr(index, "freqstr", None) if isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex) else None
    return Encoded({**form, "freq": freq}, values.streams)


def decode_index(form: Json, take: Take) -> pd.Index:
    """Put together what `encode_index` took apart."""
    import pandas as pd

    if form["is"] == "range":
        start, stop, step = form["bounds"]
        return pd.RangeIndex(start, stop, step, name=value_from_json(form["name"]))
    if form["is"] == "multi":
        levels: list[Any] = [decode_index(level, take) for level in form["levels"]]
        codes: list[Any] = [decode_array(code, take) for code in form["codes"]]
        names = [value_from_json(name) for name in form["names"]]
        for level, code in zip(levels, codes, strict=True):
            if code.size and not -1 <= int(code.min()) <= int(code.max()) < len(level):
                raise SnapshotError("an index of several levels is damaged")
        return pd.MultiIndex(levels, codes, names=names, verify_integrity=False)
    values = decode_column(form["values"], take)
    index: Any = pd.Index(values, dtype=values.dtype, name=value_from_json(form["name"]), copy=False)
    if form["freq"] is not None:
        index.freq = form["freq"]
    found: pd.Index[Any] = index
    return found


_MASKED = {
    "boolean",
    "Float32",
    "Float64",
    *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)),
}


def _whole(numbers: NDArray[Any]) -> tuple[Stream, ...]:
    return (Stream(8, (numbers,)),)


def _through_arrow(form: dict[str, Json], values: Any) -> Encoded:
    import pyarrow as pa

    try:
        inner = encode_arrow(pa.array(values))
    except (pa.ArrowException, UnicodeError) as error:
        raise SnapshotError(f"dtype {values.dtype} holds what Arrow cannot: {error}") from error
    return Encoded({**form, "values": inner.type}, inner.streams)


def _encode_sparse(values: Any) -> Encoded:
    inner = encode_array(values.sp_values)
    index = values.sp_index.to_int_index()
    form = {
        "is": "sparse",
        "kind": values.kind,
        "fill": value_to_json(values.fill_value),
        "subtype": values.dtype.subtype.str,
        "rows": len(values),
        "values": inner.type,
    }
    return Encoded(form, (Stream(4, (index.indices,)), *inner.streams))


def _decode_sparse(form: Json, take: Take) -> Any:
    import numpy as np
    import pandas as pd

    positions, fill = take().view("<i4"), value_from_json(form["fill"])
    dense = np.full(form["rows"], fill, form["subtype"])
    dense[positions] = decode_array(form["values"], take)
    return pd.arrays.SparseArray(dense, fill_value=fill, kind=form["kind"])
