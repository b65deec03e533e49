"""Days of orders: correlated columns, a weekly cycle, days that differ more than chance makes rows differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

DAYS, ROWS = 140, 300


def _days(seed: int, days: int = DAYS, rows: int = ROWS, start: str = "2024-01-01") -> pd.DataFrame:
    random = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), rows)
    mood = np.repeat(random.normal(size=days), rows)
    amount = random.lognormal(sigma=0.6, size=days * rows) * np.exp(0.15 * mood)
    share = np.clip(0.3 + 0.06 * mood + 0.05 * (day % 7 == 6), 0, 1)
    late = random.random(days * rows) < share
    frame = pd.DataFrame(
        {
            "at": pd.Timestamp(start) + pd.to_timedelta(day, unit="D"),
            "amount": np.where(random.random(days * rows) < 0.03, np.nan, amount),
            "size": random.integers(0, 6, days * rows) + (day % 7 == 6),
            "city": random.choice(["Bern", "Genf", "Chur", "Thun"], days * rows, p=[0.4, 0.3, 0.2, 0.1]),
            "late": late,
            "score": np.clip(0.3 + 0.1 * random.normal(size=days * rows), 0, 1),
        }
    )
    frame["error"] = (frame["score"] - frame["late"]) ** 2
    return frame


@pytest.fixture(scope="session")
def orders():
    """Twenty weeks of orders."""
    return _days(1)


@pytest.fixture(scope="session")
def make_orders():
    """Make days of orders from a seed."""
    return _days


@pytest.fixture(scope="session")
def roles():
    """Which columns are outcomes."""
    return {"late": "label", "score": "prediction", "error": "performance"}


@pytest.fixture(scope="session")
def reference(orders, roles):
    """The first hundred days, profiled by day."""
    from nbops.profiles import profile

    return profile(orders[orders["at"] < "2024-04-10"], time="at", roles=roles, name="spring")


@pytest.fixture
def later(orders):
    """The days after the reference."""
    return orders[orders["at"] >= "2024-04-10"].reset_index(drop=True)
