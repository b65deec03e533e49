"""Columns whose values say little about where they are: booleans, constants, counters, dates in order, few categories.

Boundaries that depend on values are hardest to find in them. Used by snapshot_dedup.py and by the tests.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def dull_columns(rows: int) -> dict[str, pd.Series]:
    """Return each kind of dull column under its name."""
    rng = np.random.default_rng(7)
    flags = rng.random(rows) < 0.5
    some = rng.random(rows) < 0.1
    columns = {
        "boolean, even": flags,
        "boolean, one in a hundred": rng.random(rows) < 0.01,
        "boolean with missing": pd.array(np.where(some, None, flags), "boolean"),
        "constant integer": np.full(rows, 7),
        "constant float": np.full(rows, 1.5),
        "constant text": ["abc"] * rows,
        "all missing": np.full(rows, np.nan),
        "counter": np.arange(rows),
        "sorted int64": np.sort(rng.integers(0, 2**40, rows)),
        "steps": np.arange(rows) // 1000,
        "every minute": pd.date_range("2013-01-01", periods=rows, freq="min"),
        "every minute, zoned": pd.date_range("2013-01-01", periods=rows, freq="min", tz="Europe/Berlin"),
        "days in order": np.repeat(pd.date_range("2013-01-01", periods=rows // 1000 + 1).to_numpy(), 1000)[:rows],
        "category": pd.Categorical(rng.choice(["a", "b", "c", "d", "e"], rows)),
        "category, sorted": pd.Categorical(np.sort(rng.choice(["a", "b", "c", "d", "e"], rows))),
        "few strings": rng.choice(["JFK", "LGA", "EWR"], rows),
        "few strings, sorted": np.sort(rng.choice(["JFK", "LGA", "EWR"], rows)),
        "few strings as objects": np.where(some, None, rng.choice(["JFK", "LGA", "EWR"], rows)).astype(object),
        "few integers with missing": pd.array(np.where(some, None, rng.integers(0, 4, rows)), "Int64"),
    }
    return {name: pd.Series(values, name="x") for name, values in columns.items()}
