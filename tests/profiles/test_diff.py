"""What became of one dataset in another, in words that a person can check."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from nbops.errors import SnapshotNotFound
from nbops.profiles.diff import diff
from nbops.snapshots import snapshot
from nbops.workspace import Workspace


@pytest.fixture(name="place")
def _place(tmp_path):
    return Workspace(tmp_path / ".nbops")


def people(rows=1000):
    """A frame with a column of each common kind."""
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "age": rng.normal(40, 10, rows),
            "city": rng.choice(["Bonn", "Köln"], rows),
            "seen": pd.date_range("2013-01-01", periods=rows, freq="h"),
            "vip": rng.random(rows) < 0.1,
            "key": np.arange(rows),
        }
    )


def compared(one, other, place):
    """Keep both and compare them."""
    return diff(snapshot(one, workspace=place), snapshot(other, workspace=place), workspace=place)


def told(found):
    """Sentences by column."""
    return {change.column: change.sentence for change in found.changes}


def test_equal_data_are_the_same(place):
    """Nothing differs, and the answer is falsy."""
    assert not compared(people(), people(), place)


def test_a_changed_column_is_told_with_how_many_values(place):
    """With the same index, values are compared one by one; the sentence has the figures that moved."""
    other = people().assign(age=lambda frame: frame["age"].where(frame.index >= 100, np.nan))
    found = compared(people(), other, place)
    (change,) = found.changes
    assert (change.column, change.differing) == ("age", 100)
    assert "missing 0.0 % → 10.0 %" in change.sentence
    assert (found.equal_rows, found.rows_added, found.rows_removed, found.paired) == (900, 100, 100, True)
    shifted = told(compared(people(), people().assign(age=people()["age"] + 5), place))
    assert "mean 39.46 → 44.46" in shifted["age"]
    assert "median" in shifted["age"]


def test_rows_are_counted_wherever_they_stand(place):
    """Rows added, deleted and moved are told apart from equal ones, also where the index does not help."""
    frame = people()
    other = pd.concat([frame.iloc[500:], frame.iloc[:400], frame.iloc[:10]], ignore_index=True)
    found = compared(frame, other, place)
    assert (found.equal_rows, found.rows_added, found.rows_removed, found.paired) == (900, 10, 100, False)
    assert (found.difference.rows_before, found.difference.rows_after) == (1000, 910)


def test_swapped_values_are_no_equal_rows(place):
    """A row whose values changed places is another row."""
    one = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6]})
    other = pd.DataFrame({"a": [4, 2, 3, 0], "b": [1, 5, 6, 0]})
    assert compared(one, other, place).equal_rows == 2


def test_categories_that_came_and_went_are_named(place):
    """New and lost values, with counts and shares."""
    other = people().assign(city=lambda frame: frame["city"].replace({"Köln": "Ulm"}))
    sentence = told(compared(people(), other, place))["city"]
    ulm = int((people()["city"] == "Köln").sum())
    assert f"new 'Ulm' ({ulm})" in sentence
    assert "lost 'Köln'" in sentence


def test_types_and_times_are_told(place):
    """A changed dtype says from what to what; times say their first and last; bools their share."""
    other = people().assign(
        age=people()["age"].astype("float32"), seen=people()["seen"] + pd.Timedelta(days=365), vip=~people()["vip"]
    )
    found = compared(people(), other, place)
    assert found.difference.retyped == ("age",)
    sentences = told(found)
    assert "float64 → float32" in sentences["age"]
    assert "2013-01-01" in sentences["seen"]
    assert "2014-01-01" in sentences["seen"]
    assert "%" in sentences["vip"]
    assert found.equal_rows == 0


def test_a_shuffled_column_has_the_same_distribution(place):
    """Other values in the same mixture are said to be just that."""
    frame = pd.DataFrame({"x": np.arange(1000.0)})
    found = compared(frame, frame.assign(x=frame["x"].to_numpy()[::-1].copy()), place)
    assert told(found) == {"x": "other values, the same distribution"}


def test_a_large_frame_with_a_few_rows_less_did_not_change(place):
    """What a profile estimates from a sample is not told as a change: its noise would look like one."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.normal(size=400_000), "y": rng.exponential(size=400_000)})
    found = compared(frame, frame.drop(frame.index[1000:1100]).reset_index(drop=True), place)
    assert found.equal_rows == 399_900
    assert set(told(found).values()) == {"the same distribution"}
    assert "median" in told(compared(frame, frame.assign(x=frame["x"] + 0.1), place))["x"]


def test_columns_that_came_and_went(place):
    """Equal rows are counted in the columns that both have."""
    found = compared(people(), people().drop(columns="vip").assign(new=1), place)
    assert (found.difference.added, found.difference.removed) == (("new",), ("vip",))
    assert (found.equal_rows, found.changes) == (1000, ())


@pytest.mark.parametrize(
    "make",
    [
        lambda values: np.array(values, float),
        lambda values: np.array([values, values], float),
        lambda values: pd.Series(values, name="x"),
        lambda values: pa.table({"x": values}),
        lambda values: pd.DataFrame({("a", "b"): values, ("a", "c"): values}),
        lambda values: pd.DataFrame([values], columns=["x"] * len(values)),
        lambda values: np.array([[values]], float),
        lambda values: pd.DataFrame({"x": [[value] for value in values]}),
    ],
    ids=["array", "matrix", "series", "table", "levels", "repeated", "cube", "lists"],
)
def test_every_kind_can_be_compared(make, place):
    """Whatever can be stored can be compared, as far as it has rows and columns."""
    found = compared(make([1, 2, 3]), make([1, 2, 4]), place)
    assert found
    assert found.difference.rows_before == found.difference.rows_after


def test_what_is_not_there_is_said(place):
    """An unknown name is the room's usual error."""
    with pytest.raises(SnapshotNotFound):
        diff("one", "two", workspace=place)


def test_frames_and_files_are_compared_without_taking_them_first(place, tmp_path):
    """A frame, or the `Path` of a file, is snapshotted by the comparison, which prints as the command line tells it."""
    frame = pd.DataFrame({"a": [1, 2], "b": [3.0, 4.0]})
    assert not diff(frame, frame.copy(), workspace=place)
    told = diff(frame, frame[["a"]], workspace=place)
    assert told.difference.removed == ("b",)
    assert "- removed  b" in str(told)
    evil = diff(frame, frame.rename(columns={"b": "b\x1b[2J\nc"}), workspace=place)
    assert "+ added    b\\x1b[2J\\nc" in str(evil)
    file = tmp_path / "a.txt"
    file.write_text("a")
    assert not diff(file, file, workspace=place)
