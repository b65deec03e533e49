"""Merging is adding up, whatever the data."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbops.profiles import Profile, profile

NUMBERS = st.lists(st.one_of(st.none(), st.floats(width=32)), min_size=2, max_size=60)


@settings(max_examples=60, deadline=None)
@given(numbers=NUMBERS, cut=st.integers(0, 60))
def test_parts_add_up(numbers, cut):
    """Any column cut anywhere merges to the counts of the whole, and survives JSON."""
    frame = pd.DataFrame(
        {"x": np.array([np.nan if n is None else n for n in numbers]), "c": [str(n)[:2] for n in numbers]}
    )
    whole = profile(frame)
    parts = [profile(part, like=whole) for part in (frame[:cut], frame[cut:])]
    merged = parts[0].merge(parts[1])
    assert {name: column.cells for name, column in merged.columns.items()} == {
        name: column.cells for name, column in whole.columns.items()
    }
    assert Profile.from_json(merged.to_json()) == merged


TABLES = st.builds(
    lambda seed, rows, days: _table(np.random.default_rng(seed), rows, days),
    st.integers(0, 2**32 - 1),
    st.integers(20, 400),
    st.integers(1, 5),
)


def _table(random, rows, days):
    return pd.DataFrame(
        {
            "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, days, rows), unit="D"),
            "x": np.where(random.random(rows) < 0.1, np.nan, random.normal(1e6, 1, rows)),
            "n": random.integers(0, rows, rows),
            "c": random.choice([f"c{place}" for place in range(300)], rows),
            "b": random.random(rows) < 0.5,
            "v": list(random.normal(size=(rows, 4))),
        }
    )


@settings(max_examples=15, deadline=None)
@given(frame=TABLES, parts=st.integers(2, 10))
def test_ten_parts_are_the_whole(frame, parts):
    """On the same edges parts give the counts of the whole, its moments, its windows and its different values."""
    whole = profile(frame, time="at")
    cut = [frame[at * len(frame) // parts : (at + 1) * len(frame) // parts] for at in range(parts)]
    merged = reduce(Profile.merge, [Profile.from_json(profile(part, like=whole).to_json()) for part in cut])
    assert (merged.rows, merged.starts, merged.window_rows) == (whole.rows, whole.starts, whole.window_rows)
    for name, column in whole.columns.items():
        other = merged.columns[name]
        assert (other.cells, other.windows, other.kind) == (column.cells, column.windows, column.kind)
        assert other.distinct == pytest.approx(column.distinct, rel=0.02)
        if column.mean is not None:
            assert other.mean == pytest.approx(column.mean, rel=1e-9)
            assert other.sd == pytest.approx(column.sd, rel=1e-9)
    one, two = merged.columns["v"].vector, whole.columns["v"].vector
    assert one.means() == pytest.approx(two.means(), abs=1e-5)
    assert one.window_means() == pytest.approx(two.window_means(), abs=1e-5)
    assert Profile.from_json(merged.to_json()) == merged
