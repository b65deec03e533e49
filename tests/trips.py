"""Trips of taxis: what a source of data looks like that brings a batch again and again."""

from __future__ import annotations

import numpy as np
import pandas as pd

CITIES = ["Aarau", "Basel", "Chur", "Davos"]
REGIONS = {"Aarau": "AG", "Basel": "BS", "Chur": "GR", "Davos": "GR"}


def trips(seed: int, rows: int = 2000) -> pd.DataFrame:
    """Return the batch called *seed*: other rows each time, of the same source."""
    draw = np.random.default_rng(seed)
    start = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(draw.integers(0, 30 * 86400, rows)), unit="s")
    price, fee = draw.lognormal(3, 0.5, rows).round(2), draw.uniform(1, 5, rows).round(2)
    city = pd.Series(draw.choice(CITIES, rows, p=[0.5, 0.3, 0.15, 0.05]))
    frame = pd.DataFrame(
        {
            "trip_id": np.arange(rows) + seed * 100_000,
            "email": [f"rider{one}@example.org" for one in range(rows)],
            "start": start,
            "end": start + pd.to_timedelta(draw.integers(60, 7200, rows), unit="s"),
            "price": price,
            "fee": fee,
            "total": (price + fee).round(2),
            "passengers": draw.integers(1, 5, rows).astype(float),
            "city": city,
            "region": city.map(REGIONS),
            "tip": np.where(draw.random(rows) < 0.05, np.nan, draw.exponential(2, rows)),
            "paid": draw.random(rows) < 0.9,
        }
    )
    frame.loc[draw.random(rows) < 0.02, "passengers"] = np.nan
    return frame
