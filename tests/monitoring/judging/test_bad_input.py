"""Bad input gets a clear answer: never a traceback, never a silent `no drift`."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError
from nbops.monitoring import drift
from nbops.profiles import profile


def _frame(rows=400, seed=0):
    random = np.random.default_rng(seed)
    return pd.DataFrame({"x": random.normal(size=rows), "c": random.choice(list("abc"), rows)})


@pytest.mark.parametrize("rows", [1, 5])
def test_too_few_rows_are_unknown(rows):
    """One row, or five, are too few for any verdict, and that is said, on either side."""
    for report in (drift(_frame(rows), _frame()), drift(_frame(), _frame(rows))):
        assert report.state == "unknown"
        assert not any(report.moved.values())
        assert any("too few to judge" in note for note in report.notes)
        json.loads(report.to_json())


@pytest.mark.parametrize("what", ["current", "reference"])
def test_an_empty_frame_is_never_ok(what):
    """No current rows are an alert; a reference without rows, or without columns, is refused."""
    if what == "current":
        assert drift(_frame()[:0], _frame()).state == "alert"
        assert drift(pd.DataFrame(), _frame()).state == "alert"
        return
    for empty in (_frame()[:0], pd.DataFrame()):
        with pytest.raises(ProfileError, match="no rows"):
            drift(_frame(), empty)


def test_columns_that_are_missing_throughout(later, reference):
    """All missing now is an alert; all missing before is said; all missing on both sides too."""
    assert drift(later.assign(amount=np.nan), reference).columns["amount"].finding == "all missing"
    empty = _frame().assign(x=np.nan)
    assert "some now" in drift(_frame(), empty).columns["x"].sentence
    assert "either side" in drift(empty, empty).columns["x"].sentence


def test_infinite_values_are_counted_and_noted(later, reference):
    """Infinite values are neither missing nor fatal: they are beyond the range, with their number."""
    wild = later.assign(amount=later["amount"].mask(np.arange(len(later)) % 20 == 0, np.inf))
    report = drift(wild, reference)
    assert report.columns["amount"].drifted
    assert any("amount has 600 infinite values" in note for note in report.notes)
    assert report.columns["amount"].statistics["infinite now"] == pytest.approx(0.05, rel=1e-3)
    json.loads(report.to_json())


def test_mixed_types_are_told(later, reference):
    """A number that came mixed with texts was retyped; mixed on both sides, only its gaps can be judged."""
    mixed = _frame().assign(x=[1, "one"] * 200)
    assert drift(mixed, _frame()).columns["x"].finding == "retyped"
    both = drift(mixed, mixed)
    assert any("mixed types: x" in note for note in both.notes)


def test_a_renamed_column_is_suspected(later, reference):
    """What is gone and what is new is named, and a rename is asked about where the kinds agree."""
    report = drift(later.rename(columns={"city": "town"}), reference)
    assert report.state == "alert"
    assert report.columns["city"].finding == "dropped"
    assert any("'city' is gone and 'town' is new: renamed?" in note for note in report.notes)


def test_ten_thousand_categories():
    """A column of 10,000 values is judged by the most frequent ones, and it is said that new ones cannot be told."""
    random = np.random.default_rng(1)
    draw = [pd.DataFrame({"shop": [f"s{one}" for one in random.zipf(1.2, 60_000) % 10_000]}) for _ in range(2)]
    report = drift(draw[0], draw[1])
    assert report.state == "ok"
    assert any("too many values to tell new ones, the most frequent 200 are: shop" in note for note in report.notes)
    moved = drift(draw[0].assign(shop=draw[0]["shop"].where(np.arange(60_000) % 3 > 0, "s1")), draw[1])
    assert moved.columns["shop"].drifted


def test_constant_columns():
    """Constant on both sides is ok; another constant is drift; what varied and is constant now is named."""
    one, two = _frame().assign(k=7), _frame(seed=1).assign(k=7)
    assert drift(one, two).state == "ok"
    assert drift(one.assign(k=8), two).columns["k"].drifted
    assert drift(one.assign(x=7.0), two).columns["x"].finding == "constant"


def test_time_zones_are_compared_by_local_time_and_said(later, orders):
    """Times with a zone against times without are compared, with a note."""
    zoned = later.assign(at=later["at"].dt.tz_localize("Europe/Zurich"))
    report = drift(zoned, orders[orders["at"] < "2024-04-10"])
    assert report.current.windows == 40
    assert any("Europe/Zurich now" in note for note in report.notes)


def test_other_windows_than_the_reference_has(later, reference):
    """A current profile of weeks against a reference of days is judged as a whole, with the reason."""
    weeks = profile(later, like=reference, time="at", window="1W")
    report = drift(weeks, reference)
    assert report.state in {"ok", "warn"}
    assert any("its windows are of 1W, the reference's of 1D" in note for note in report.notes)


def test_all_rows_in_one_window(later, orders):
    """A reference of one day cannot calibrate anything: provisional, with how many windows are needed."""
    day = orders.assign(at=pd.Timestamp("2024-01-01"))
    report = drift(later.drop(columns="at"), day)
    assert report.provisional
    assert any("1 windows of 1D" in note and "20 are needed" in note for note in report.notes)


def test_nothing_that_can_be_judged_is_unknown(later, orders):
    """Where only the time is left, the answer is unknown and says so."""
    report = drift(later[["at"]], orders[["at"]])
    assert report.state == "unknown"
    assert "no column could be judged" in report.notes


def test_times_that_cannot_be_read(later, reference):
    """A time column full of words is judged as one window, and that is said."""
    report = drift(later.assign(at="soon"), reference)
    assert any("cannot be read as times" in note for note in report.notes)
    assert report.state != "ok" or report.notes


def test_a_profile_keeps_its_own_windows(later, reference):
    """Asked for other windows than a stored profile has, the answer is a sentence."""
    with pytest.raises(ProfileError, match="windows of 1D, not of 1W"):
        drift(later, reference, window="1W")
