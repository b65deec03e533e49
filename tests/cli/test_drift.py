"""`nbops drift`: 0 and 3, whatever the two sides are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def files(tmp_path):
    """A reference of sixty days, a healthy and a moved week after it, as Parquet and CSV files."""
    random = np.random.default_rng(1)  # one healthy week in twenty warns, as promised; this one does not

    def write(name: str, first: str, days: int, shift: float) -> str:
        times = pd.date_range(first, periods=days * 50, freq="28min48s")
        frame = pd.DataFrame({"time": times, "x": random.normal(shift, 1, len(times))})
        path = tmp_path / name
        frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
        return str(path)

    return {
        "reference": write("winter.parquet", "2013-01-01", 60, 0.0),
        "healthy": write("spring.parquet", "2013-03-10", 7, 0.0),
        "moved": write("summer.parquet", "2013-06-01", 7, 3.0),
    }


def test_moved_data_are_three_and_named(files, told):
    """The output begins with reference → current: names, row counts, dates."""
    text = told("drift", "--current", files["moved"], "--reference", files["reference"], code=3)
    assert "winter" in text.splitlines()[0].partition("→")[0]
    assert "350 rows" in text.splitlines()[0]
    assert "2013-06-01" in text.splitlines()[0]
    wire = told("drift", "--current", files["moved"], "--reference", files["reference"], "--json", code=3)
    assert wire["drifted"] is True
    assert {column["name"]: column["drifted"] for column in wire["columns"]}["x"]


def test_healthy_data_are_zero(files, told):
    """Nothing moved, nothing fails, and the JSON says so too."""
    told("drift", "--current", files["healthy"], "--reference", files["reference"], code=0)
    wire = told("drift", "--current", files["healthy"], "--reference", files["reference"], "--json", code=0)
    assert wire["drifted"] is False
    assert not any(column["drifted"] for column in wire["columns"])


def test_profile_and_snapshot_are_sides_too(files, told, tmp_path):
    """A few kilobytes of profile stand for the reference, a snapshot for the current data."""
    profile = str(tmp_path / "winter.json")
    told("profile", files["reference"], "--time", "time", "--to", profile)
    told("snapshot", files["moved"], "--name", "june")
    wire = told("drift", "--current", "june", "--reference", profile, "--json", code=3)
    assert wire["current"]["rows"] == 350


def test_swapped_sides_are_noticed(files, nbops):
    """Current data that end before the reference begins were probably meant the other way round."""
    answer = nbops("drift", "--current", files["reference"], "--reference", files["moved"], "--json")
    assert "swapped" in answer.stderr
    assert "swapped" in nbops("drift", "--current", files["reference"], "--reference", files["moved"]).stdout


def test_side_that_is_nothing(files, nbops):
    """Neither a file nor a snapshot: code 1 and a sentence."""
    answer = nbops("drift", "--current", "nosuch", "--reference", files["reference"])
    assert answer.exit_code == 1
    assert answer.stderr.startswith("SnapshotNotFound: ")
