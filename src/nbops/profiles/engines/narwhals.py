"""narwhals' adapter: frames of all the other libraries it knows (Modin, cuDF, Dask, Ibis, …)."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.profiles.engines.arrow import ArrowTable

if TYPE_CHECKING:
    from nbops.profiles.table import Table


def open_narwhals(source: Any) -> Table | None:
    """Open a frame or series that narwhals can read, as Arrow in memory; None where it is neither.

    Raises:
        ProfileError: The library behind it cannot run it.
    """
    import narwhals as nw
    import pyarrow as pa

    try:
        with warnings.catch_warnings():  # of which library narwhals will support by way of what
            warnings.simplefilter("ignore", FutureWarning)
            frame = nw.from_native(source, pass_through=True, allow_series=True)
        if isinstance(frame, nw.Series):
            frame = frame.to_frame()
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect(backend="pyarrow")
        if isinstance(frame, nw.DataFrame):
            return ArrowTable(frame.to_arrow())
        if hasattr(source, "__arrow_c_stream__"):
            return ArrowTable(pa.table(source))
    except Exception as error:  # any library, so any error
        raise ProfileError(
            f"a {type(source).__module__.partition('.')[0]} frame cannot be read: {str(error).splitlines()[0]}"
        ) from error
    return None
