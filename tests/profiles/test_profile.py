"""`profile`: what is counted, from which sources, and what bad input gets."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError, SnapshotNotFound
from nbops.profiles import Profile, profile

RANDOM = np.random.default_rng(0)


@pytest.fixture
def frame():
    """Sixty days of fifty rows with one column of each kind."""
    rows = 3000
    return pd.DataFrame(
        {
            "at": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(rows) // 50, unit="D"),
            "amount": np.where(np.arange(rows) % 10 == 0, np.nan, RANDOM.lognormal(size=rows)),
            "size": RANDOM.integers(0, 5, rows),
            "city": RANDOM.choice(["Bern", "Genf", "Chur"], rows, p=[0.6, 0.3, 0.1]),
            "paid": RANDOM.random(rows) < 0.3,
            "customer": np.arange(rows),
            "note": [f"note number {place}" for place in range(rows)],
        }
    )


def test_kinds_are_told_apart(frame):
    """Numbers, categories, bools, times, keys and free text each get their kind."""
    kinds = {name: column.kind for name, column in profile(frame).columns.items()}
    assert kinds == {
        "at": "time", "amount": "number", "size": "number", "city": "category", "paid": "bool", "customer": "id",
        "note": "text",
    }  # fmt: skip


def test_every_row_is_in_one_cell(frame):
    """The cells of each column sum to the rows, the last being the missing ones."""
    made = profile(frame)
    assert {column.rows for column in made.columns.values()} == {3000}
    assert made.columns["amount"].missing == 300


def test_bins_are_equal_mass_and_exact(frame):
    """A number is counted in about 32 bins of nearly one size, and the counts are NumPy's own."""
    column = profile(frame).columns["amount"]
    known = frame["amount"].dropna().to_numpy()
    inner = column.cells[2:-2]
    assert 28 <= len(inner) <= 32
    assert max(inner) - min(inner) <= 2
    below = [int((known <= edge).sum()) for edge in column.edges]
    assert list(np.cumsum(column.cells[:-2])) == below


def test_few_values_have_a_bin_each(frame):
    """A number of five values is counted value by value."""
    column = profile(frame).columns["size"]
    assert list(column.cells[1:-2]) == frame["size"].value_counts().sort_index().tolist()


def test_heavy_values_do_not_break_bins():
    """A column that is zero four times out of five keeps ascending limits and a bin for its zeros."""
    values = np.where(RANDOM.random(5000) < 0.8, 0.0, RANDOM.exponential(size=5000))
    column = profile({"x": values}).columns["x"]
    assert list(column.edges) == sorted(set(column.edges))
    assert column.cells[1] == (values == 0).sum()


def test_windows_sum_to_the_whole(frame):
    """Counts per day are those of the day, and add up to the counts of all."""
    made = profile(frame, time="at")
    city = made.columns["city"]
    assert (made.window, len(made.starts), made.start, made.end) == ("1D", 60, "2024-01-01", "2024-02-29")
    assert city.window_cells().sum(axis=0).tolist() == list(city.cells)
    first = frame[frame["at"] == "2024-01-01"]["city"].value_counts()
    assert city.window_cells()[0, : len(city.labels)].tolist() == [first[label] for label in city.labels]


def test_like_uses_the_same_cells(frame):
    """A profile made like another counts in its cells; what lies outside is out of range or new."""
    reference = profile(frame, time="at")
    other = frame.assign(amount=frame["amount"] + 1000, city="Zug")
    made = profile(other, like=reference)
    assert made.columns["amount"].edges == reference.columns["amount"].edges
    assert made.columns["amount"].cells[-2] == 2700
    assert made.columns["city"].unlisted == (("Zug", 3000),)
    assert made.window == "1D"


def test_merge_is_exact(frame):
    """Two halves merged have the counts and means of the whole."""
    whole = profile(frame, time="at")
    halves = [profile(part, like=whole) for part in (frame[:1025], frame[1025:])]
    merged = halves[0].merge(halves[1])
    assert merged.rows == whole.rows
    assert merged.starts == whole.starts
    for name, column in whole.columns.items():
        assert merged.columns[name].cells == column.cells
        assert merged.columns[name].windows == column.windows
    assert merged.columns["amount"].mean == pytest.approx(whole.columns["amount"].mean)
    assert merged.columns["amount"].sd == pytest.approx(whole.columns["amount"].sd)
    assert merged.columns["amount"].quantiles["0.5"] == pytest.approx(
        whole.columns["amount"].quantiles["0.5"], rel=0.05
    )


def test_merge_of_different_cells_is_refused(frame):
    """Profiles counted apart do not add up, and the sentence says what to do."""
    with pytest.raises(ProfileError, match="counted in different cells") as raised:
        profile(frame[:100]).merge(profile(frame[100:]))
    assert "like=" in raised.value.hint


def test_merge_takes_a_column_without_values(frame):
    """A part in which a column is empty merges with one in which it is not."""
    whole = profile(frame)
    empty = profile(frame[:100].assign(city=None, amount=np.nan), like=whole)
    merged = whole.merge(empty)
    assert merged.columns["city"].missing == 100
    assert merged.columns["amount"].missing == whole.columns["amount"].missing + 100
    assert empty.merge(whole).columns["city"].cells == merged.columns["city"].cells


def test_json_brings_the_same_profile_back(frame):
    """Text and back is the identity, windows included, in kilobytes."""
    made = profile(frame, time="at", roles={"paid": "label"})
    text = made.to_json()
    assert Profile.from_json(text) == made
    assert len(profile(frame).to_json()) < 15_000
    assert len(profile(frame).to_json(publish=True)) < 7_000


@pytest.mark.parametrize("text", ["{}", "[]", "not json", '{"nbops_profile": 1}', b"\xff"])
def test_other_json_is_not_a_profile(text):
    """Anything else is refused with a sentence."""
    with pytest.raises(ProfileError, match="not a profile"):
        Profile.from_json(text)


def test_newer_format_is_refused(frame):
    """A profile of a later format names both versions."""
    with pytest.raises(ProfileError, match="format 99"):
        Profile.from_json(profile(frame).to_json().replace('"nbops_profile":2', '"nbops_profile":99'))


def test_keys_and_texts_leave_no_value(frame):
    """Neither keys nor free text appear in the profile."""
    text = profile(frame, time="at").to_json()
    assert "note number" not in text
    assert profile(frame).columns["customer"].edges == ()


def test_publication_folds_what_is_rare(frame):
    """Published, no category and no bin has fewer than ten rows, and extremes are gone; the rest still sums up."""
    frame.loc[:4, "city"] = "Zug"
    frame.loc[0, "amount"] = 1e6
    made = profile(frame, time="at")
    public = Profile.from_json(made.to_json(publish=True))
    assert "Zug" in made.columns["city"].labels
    assert "Zug" not in public.to_json()
    assert "1000000" not in public.to_json()
    assert public.columns["city"].rows == 3000
    assert min(public.columns["amount"].cells[:-1]) >= 10
    assert public.columns["amount"].window_cells().sum(axis=0).tolist() == list(public.columns["amount"].cells)
    assert public.published
    assert not made.published


@pytest.mark.parametrize(
    ("values", "kind", "missing"),
    [
        ([np.nan] * 5, "empty", 5),
        ([None] * 5, "empty", 5),
        ([7.0] * 5, "number", 0),
        ([np.inf, -np.inf, np.nan, 1.0, 2.0], "number", 1),
        (pd.array([1, None, 3, 4, 5], dtype="Int64"), "number", 1),
        (pd.array([True, None, False, True, True], dtype="boolean"), "bool", 1),
        (pd.Categorical(["a", None, "b", "a", "a"]), "category", 1),
        ([[1], [2], [3], None, [4]], "opaque", 1),
        ([1, "a", None, 2.5, b"x"], "opaque", 1),
        (pd.to_timedelta([1, 2, None, 4, 5], unit="s"), "number", 1),
        (pd.to_datetime(["2024-01-01", None, "2024-01-02", "2024-01-03", "2024-01-04"], utc=True), "time", 1),
        ([dt.date(2024, 1, day) for day in range(1, 6)], "time", 0),
        (pd.period_range("2024-01", periods=5, freq="M"), "time", 0),
        (np.arange(5) + 1j, "opaque", 0),
        (pd.Series(["a", "b", None, "a", "b"], dtype=object), "category", 1),
    ],
)
def test_any_column_can_be_counted(values, kind, missing):
    """Whatever pandas holds has a kind, its missing values, and survives JSON."""
    made = profile(pd.DataFrame({"x": values}))
    column = made.columns["x"]
    assert (column.kind, column.missing, column.rows) == (kind, missing, 5)
    assert Profile.from_json(made.to_json()) == made


def test_infinite_values_are_counted_apart():
    """±inf is counted, and spoils neither mean nor limits."""
    column = profile({"x": [np.inf, -np.inf, 1.0, 3.0]}).columns["x"]
    assert (column.infinite, column.mean, column.low, column.high) == (2, 2.0, 1.0, 3.0)
    assert (column.cells[0], column.cells[-2]) == (1, 1)


def test_empty_frames_have_profiles():
    """No rows, or no columns, is a profile too."""
    assert profile(pd.DataFrame()).rows == 0
    empty = profile(pd.DataFrame({"x": np.array([], dtype=float), "c": pd.Series([], dtype=str)}))
    assert empty.rows == 0
    assert set(empty.columns) == {"x", "c"}
    assert Profile.from_json(empty.to_json()) == empty


def test_duplicate_labels_are_named():
    """Of columns with one label the first counts, and the label is named."""
    made = profile(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]))
    assert made.duplicates == ("a",)
    assert made.columns["a"].mean == 1


def test_arrays_series_and_files(tmp_path, frame):
    """Arrays, a Series, Arrow, CSV and Parquet give the counts of the frame."""
    import pyarrow as pa

    assert list(profile(np.ones((4, 2))).columns) == ["0", "1"]
    assert list(profile(np.arange(4.0)).columns) == ["value"]
    assert list(profile(frame["city"]).columns) == ["city"]
    frame.to_parquet(tmp_path / "a.parquet")
    frame.to_csv(tmp_path / "a.csv", index=False)
    wanted = profile(frame)
    for source in (tmp_path / "a.parquet", str(tmp_path / "a.csv"), pa.Table.from_pandas(frame)):
        made = profile(source)
        assert made.columns["city"].cells == wanted.columns["city"].cells
        assert made.columns["amount"].cells == wanted.columns["amount"].cells
    assert profile(tmp_path / "a.parquet").name == "a.parquet"


def test_snapshots_by_object_and_name(frame, stored_workspace):
    """A snapshot is profiled as the frame it stores, also by its name."""
    from nbops.snapshots import snapshot

    stored = snapshot(frame, "orders", workspace=stored_workspace)
    for ref in (stored, "orders", stored.id[:10]):
        made = profile(ref, workspace=stored_workspace)
        assert made.columns["city"].cells == profile(frame).columns["city"].cells
    assert profile(stored, workspace=stored_workspace).name == "orders"


def test_a_time_index_is_a_column(frame):
    """A DatetimeIndex can be the time."""
    made = profile(frame.set_index("at"), time="at")
    assert len(made.starts) == 60


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"time": "nope"}, "there is no column 'nope'"),
        ({"time": "city"}, "cannot be read as times"),
        ({"time": "amount"}, "holds no times"),
        ({"window": "1D"}, "needs a column"),
        ({"time": "at", "window": "soon"}, "not a length of time"),
        ({"time": "at", "window": "0h"}, "not a length of time"),
        ({"roles": {"paid": "target"}}, "is not a role"),
        ({"roles": {"nope": "label"}}, "there is no column"),
    ],
)
def test_wrong_options_are_sentences(frame, options, said):
    """What does not fit the dataset is named."""
    with pytest.raises(ProfileError, match=said):
        profile(frame, **options)


def test_too_many_windows_are_refused():
    """A window far too short is refused instead of filling memory."""
    times = pd.date_range("2000-01-01", periods=20_000, freq="D")
    with pytest.raises(ProfileError, match="20,000 windows"):
        profile(pd.DataFrame({"at": times}), time="at", window="1h")


@pytest.mark.parametrize("nonsense", [3, None, object(), np.ones((2, 2, 2)), {"a": [1, 2], "b": [1]}])
def test_nonsense_is_refused(nonsense):
    """What has no rows and columns gets a sentence."""
    with pytest.raises(ProfileError):
        profile(nonsense)


def test_a_name_of_nothing_is_not_found(stored_workspace):
    """A text that is neither a file nor a snapshot says so."""
    with pytest.raises(SnapshotNotFound):
        profile("no-such-thing", workspace=stored_workspace)


def test_ignored_columns_are_left_out(frame):
    """A column with the role `ignored` is not counted at all."""
    assert "note" not in profile(frame, roles={"note": "ignored"}).columns


def test_profiles_pass_through(frame):
    """A profile of a profile is itself."""
    made = profile(frame)
    assert profile(made) is made


def test_large_tables_are_sampled_for_limits_only():
    """Above 100,000 rows limits come from a sample, but counts stay exact and the frame stays as it was."""
    values = RANDOM.normal(size=300_000)
    before = values.copy()
    column = profile({"x": values}).columns["x"]
    assert list(np.cumsum(column.cells[:-2])) == [int((values <= edge).sum()) for edge in column.edges]
    assert column.quantiles["0.5"] == pytest.approx(np.median(values), abs=0.02)
    assert (values == before).all()
