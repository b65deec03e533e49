"""Merging is adding up, whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
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
