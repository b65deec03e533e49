"""336,776 real flights that left New York in 2013, from the wheel of pointblank; and days of a profile."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from pointblank import load_dataset


def flights(columns: list[str]) -> pd.DataFrame:
    """Return *columns*; `date` and `late` (arrived more than 15 minutes late) are made."""
    frame = load_dataset("nycflights", tbl_type="pandas")
    frame["date"] = pd.to_datetime(frame[["year", "month", "day"]])
    frame["late"] = (frame["arr_delay"] > 15).astype("boolean").mask(frame["arr_delay"].isna())
    return frame[columns]


def take(whole, days):
    """Return the profile of some windows of *whole*, in that order."""
    columns = {}
    for name, column in whole.columns.items():
        counts = column.window_cells()[days]
        columns[name] = replace(column, cells=tuple(counts.sum(axis=0).tolist()), windows=counts.tobytes())
    rows = tuple(whole.window_rows[day] for day in days)
    starts = tuple(whole.starts[day] for day in days)
    return replace(whole, rows=sum(rows), columns=columns, window_rows=rows, starts=starts)
