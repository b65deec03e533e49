"""The frame that the snapshot benchmarks measure on: seeded, of mixed dtypes, with text."""

from __future__ import annotations

import numpy as np
import pandas as pd


def mixed_frame(rows: int, columns: int, seed: int = 7) -> pd.DataFrame:
    """Return a frame whose columns take turns: floats, integers, moments, categories, text, flags, missing values."""
    random = np.random.default_rng(seed)
    cities = np.array(["EWR", "JFK", "LGA", "BOS", "ATL", "ORD", "LAX", "SFO"])
    kinds = [
        lambda: random.normal(size=rows),
        lambda: random.integers(0, 10_000, rows),
        lambda: np.datetime64("2013-01-01", "us") + np.sort(random.integers(0, 365 * 86_400, rows)).astype("m8[s]"),
        lambda: pd.Series(cities[random.integers(0, len(cities), rows)], dtype="str"),
        lambda: np.round(random.gamma(2, 40, rows), 2),
        lambda: pd.Categorical.from_codes(random.integers(0, 5, rows), list("abcde")),
        lambda: random.random(rows) < 0.1,
        lambda: np.where(random.random(rows) < 0.03, np.nan, random.normal(size=rows).astype("f4")),
        lambda: pd.Series(np.char.add("N", random.integers(0, 99_999, rows).astype(str)), dtype="str"),
        lambda: np.arange(rows),
    ]
    return pd.DataFrame({f"c{at:02}": kinds[at % len(kinds)]() for at in range(columns)})
