"""Columns whose values say little about where they are: exact, and small changes stay small."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dull_columns import dull_columns

from nbops.snapshots import load, snapshot
from nbops.workspace import Workspace

ROWS = 400_000
COLUMNS = dull_columns(ROWS)
FLOOR = 12_000  # manifest, pack, list of chunks, and the last, unfinished chunk of two streams


@pytest.fixture(name="place")
def _place(tmp_path):
    return Workspace(tmp_path / ".nbops")


@pytest.mark.parametrize("name", COLUMNS)
def test_a_dull_column_comes_back(name, place):
    """Dtype, values and what is missing, exactly."""
    frame = COLUMNS[name].to_frame()
    taken = snapshot(frame, workspace=place)
    pd.testing.assert_frame_equal(load(taken, workspace=place), frame, check_exact=True, check_freq=True)
    assert taken.new_bytes < 0.4 * frame.memory_usage(deep=True).sum()


@pytest.mark.parametrize("name", COLUMNS)
def test_more_and_fewer_rows_add_little(name, place):
    """1 % more rows, and 100 fewer in the middle, add at most 2 and 3 % or a few kilobytes, and come back."""
    frame = COLUMNS[name].to_frame()
    full = snapshot(frame.iloc[: ROWS * 100 // 101].reset_index(drop=True), workspace=place).new_bytes
    assert snapshot(frame, workspace=place).new_bytes <= max(0.02 * full, FLOOR)
    fewer = frame.drop(frame.index[ROWS // 2 : ROWS // 2 + 100]).reset_index(drop=True)
    less = snapshot(fewer, workspace=place)
    assert less.new_bytes <= max(0.03 * full, FLOOR)
    pd.testing.assert_frame_equal(load(less, workspace=place), fewer, check_exact=True)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_changed_dull_column_costs_that_column(name, place, tmp_path):
    """Beside a column that stays, a changed one adds what it takes alone."""
    frame = COLUMNS[name].to_frame().assign(y=np.random.default_rng(1).normal(size=ROWS))
    snapshot(frame, workspace=place)
    changed = frame["x"].iloc[::-1].reset_index(drop=True)
    alone = snapshot(changed.to_frame(), workspace=Workspace(tmp_path / "alone")).new_bytes
    assert snapshot(frame.assign(x=changed), workspace=place).new_bytes <= 1.1 * alone + FLOOR
