"""What goes in comes out: classes, dtypes, indexes, labels and values."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
import zoneinfo

import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.extra import numpy as hnp
from hypothesis.extra import pandas as hpd

from nbops.errors import SnapshotError
from nbops.snapshots import digest, load, snapshot

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
MOMENTS = pd.to_datetime(["2013-01-01 05:00", None, "2013-10-27 02:30"])

COLUMNS = {
    "int8": np.array([1, -2, 3], "i1"),
    "uint64": np.array([0, 2**64 - 1, 5], "u8"),
    "float16": np.array([1.5, np.nan, -0.0], "f2"),
    "float64": np.array([np.inf, np.nan, -0.0]),
    "complex": np.array([1 + 2j, np.nan, -0.0]),
    "bool": np.array([True, False, True]),
    "seconds": np.array(["2013-01-01", "NaT", "1969-12-31"], "M8[s]"),
    "nanoseconds": MOMENTS.as_unit("ns"),
    "timedelta": pd.to_timedelta([1, None, -3], unit="ms"),
    "zoned": MOMENTS.tz_localize("UTC").tz_convert(BERLIN),
    "fixed offset": MOMENTS.tz_localize(dt.timezone(dt.timedelta(hours=5, minutes=30))),
    "utc": MOMENTS.tz_localize(dt.UTC),
    "str": pd.array(["AA", None, "ümlaut 🛫"], "str"),
    "string": pd.array(["AA", None, ""], "string"),
    "python string": pd.array(["AA", None, ""], pd.StringDtype("python")),
    "python str": pd.array(["AA", None, ""], pd.StringDtype("python", na_value=np.nan)),
    "Int64": pd.array([1, None, 3], "Int64"),
    "UInt8": pd.array([1, None, 3], "UInt8"),
    "Float32": pd.array([1.5, None, -0.0], "Float32"),
    "boolean": pd.array([True, None, False], "boolean"),
    "categorical": pd.Categorical(["b", None, "a"], categories=["c", "b", "a"]),
    "ordered": pd.Categorical([10, 20, 10], categories=[20, 10], ordered=True),
    "categories of dates": pd.Categorical(MOMENTS),
    "period": pd.PeriodIndex(["2013-01", None, "2013-03"], freq="M").array,
    "business": pd.PeriodIndex(["2013-01-01", None, "2013-01-03"], freq="2D").array,
    "interval": pd.arrays.IntervalArray.from_breaks([0, 1, 2, 3], closed="left"),
    "interval of dates": pd.interval_range(pd.Timestamp("2013"), periods=3).array,
    "sparse": pd.arrays.SparseArray([0.0, 1.0, 0.0], fill_value=0.0),
    "sparse blocks": pd.arrays.SparseArray([1, 0, 0], kind="block"),
    "arrow integer": pd.array([1, None, 3], "int64[pyarrow]"),
    "arrow text": pd.array(["a", None, "b"], pd.ArrowDtype(pa.string())),
    "arrow list": pd.array([[1, 2], None, []], pd.ArrowDtype(pa.list_(pa.int64()))),
    "arrow decimal": pd.array([decimal.Decimal("1.10"), None, None], pd.ArrowDtype(pa.decimal128(5, 2))),
    "objects: text": np.array(["a", None, "lone \ud800"], object),
    "objects: missing": np.array([None, np.nan, pd.NA], object),
    "objects: NaT": np.array([pd.NaT, None, pd.Timestamp("2013", tz=BERLIN)], object),
    "objects: numbers": np.array([1, 2**70, 2.5], object),
    "objects: truth": np.array([True, False, None], object),
    "objects: bytes": np.array([b"\x00\xff", b"", None], object),
    "objects: decimal": np.array([decimal.Decimal("1.10"), decimal.Decimal("NaN"), decimal.Decimal("1E+3")], object),
    "objects: time": np.array(
        [dt.date(2013, 1, 1), dt.time(5, tzinfo=BERLIN), dt.timedelta(days=-1, microseconds=3)], object
    ),
    "objects: moments": np.array(
        [
            dt.datetime.fromisoformat("2013-01-01"),
            dt.datetime(2013, 10, 27, 2, 30, tzinfo=BERLIN, fold=1),
            pd.Timedelta(1),
        ],
        object,
    ),
    "objects: nested": np.array([[1, "a", [None]], ("b", {"k": 1.5, 2: b"x"}), {}], object),
    "objects: foreign": np.array([uuid.UUID(int=7), np.float32(1.5), pd.Period("2013-01", "M")], object),
    "objects: embeddings": pd.Series([np.array([1.5, 2.5], "f4"), np.array([[1], [2]]), None], dtype=object).to_numpy(),
    "objects: intervals": np.array([pd.Interval(0, 1), pd.Interval(0.5, 1.5, "both"), 1 + 2j], object),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_dtype_comes_back(name, tmp_path):
    """A column of each dtype comes back with its dtype and values, as column, series and index where pandas can."""
    frame = pd.DataFrame({"before": [1, 2, 3]})
    frame[name] = pd.Series(COLUMNS[name], dtype=getattr(COLUMNS[name], "dtype", None))
    back = load(snapshot(frame, workspace=tmp_path).id, workspace=tmp_path)
    assert list(back.dtypes) == list(frame.dtypes)
    same(back, frame)
    same(load(snapshot(frame[name], workspace=tmp_path).id, workspace=tmp_path), frame[name])
    if name not in {"float16", "objects: nested", "objects: embeddings"} and not name.startswith("sparse"):
        indexed = frame.set_index(name)
        same(load(snapshot(indexed, workspace=tmp_path).id, workspace=tmp_path), indexed)


@pytest.mark.parametrize("name", COLUMNS)
def test_parts_and_nothing_of_a_column_come_back(name, tmp_path):
    """Slices, reversals and empty selections come back, and equal content has one id however it lies in memory."""
    series = pd.Series(COLUMNS[name], dtype=getattr(COLUMNS[name], "dtype", None), name=name)
    long = pd.concat([series] * 50, ignore_index=True)
    for part in (long.iloc[:0], long.iloc[7:99], long.iloc[::-1], long.iloc[3::5]):
        taken = snapshot(part, workspace=tmp_path)
        same(load(taken.id, workspace=tmp_path), part)
        assert digest(part.copy(deep=True)) == taken.id


INDEXES = {
    "range": pd.RangeIndex(5, 11, 2, name="r"),
    "integers": pd.Index([3, 1, 2], name=("a", 1)),
    "text": pd.Index(["x", "y", "x"]),
    "objects": pd.Index(["x", 1, None], dtype=object),
    "daily": pd.date_range("2013-01-01", periods=3, freq="D", name="day"),
    "hourly": pd.date_range("2013-10-27", periods=3, freq="h", tz="Europe/Berlin"),
    "durations": pd.timedelta_range("1h", periods=3, freq="30min"),
    "months": pd.period_range("2013-01", periods=3, freq="M"),
    "categories": pd.CategoricalIndex(["a", "b", "a"], ordered=True, name="c"),
    "intervals": pd.interval_range(0, 3),
    "pairs": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["letter", None]),
    "unused levels": pd.MultiIndex.from_product([["a", "b"], [1, 2, 3]])[[0, 4, 5]],
    "missing": pd.MultiIndex.from_arrays([["a", None, "b"], [1.5, np.nan, 2.5]]),
}


@pytest.mark.parametrize("rows", INDEXES)
@pytest.mark.parametrize("labels", ["range", "text", "objects", "daily", "pairs", "categories"])
def test_every_index_comes_back(rows, labels, tmp_path):
    """Row index and column labels come back with class, names and frequency; repeated labels are no trouble."""
    frame = pd.DataFrame(np.arange(9).reshape(3, 3), index=INDEXES[rows], columns=INDEXES[labels])
    back = load(snapshot(frame, workspace=tmp_path).id, workspace=tmp_path)
    same(back, frame)
    assert type(back.index) is type(frame.index)
    assert type(back.columns) is type(frame.columns)


@pytest.mark.parametrize("rows", INDEXES)
def test_an_index_alone_comes_back(rows, tmp_path):
    """An index is a dataset too."""
    back = load(snapshot(INDEXES[rows], workspace=tmp_path).id, workspace=tmp_path)
    pd.testing.assert_index_equal(back, INDEXES[rows], exact=True)


ARRAYS = {
    "matrix": np.arange(12.0).reshape(3, 4),
    "by columns": np.asfortranarray(np.arange(12.0).reshape(3, 4)),
    "part": np.arange(24).reshape(4, 6)[1:, ::2],
    "cube": np.arange(24, dtype="i2").reshape(2, 3, 4),
    "empty": np.empty((0, 3)),
    "number": np.array(5.5),
    "big endian": np.arange(4, dtype=">i4"),
    "text": np.array(["a", "bcd"]),
    "bytes": np.array([b"a", b"bcd"]),
    "records": np.array([(1, 2.5, [1, 2])], [("a", "i4"), ("b", "f8"), ("c", "u1", (2,))]),
    "objects": np.array([["a", None], [1, 2.5]], object),
    "long doubles": np.arange(3, dtype=np.longdouble),
    "nothing wide": np.zeros(3, "V0"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_comes_back(name, tmp_path):
    """Arrays of any shape, order and dtype come back, ready to be changed."""
    back = load(snapshot(ARRAYS[name], workspace=tmp_path).id, workspace=tmp_path)
    same(back, ARRAYS[name])
    assert back.flags.writeable


TABLES = {
    "plain": pa.table({"a": [1, None, 3], "b": ["x", None, "z"], "c": [True, None, False], "d": [None, None, None]}),
    "nested": pa.table(
        {
            "list": pa.array([[1, None], None, []], pa.list_(pa.int32())),
            "large": pa.array([["a"], None, []], pa.large_list(pa.string())),
            "fixed": pa.array([[1, 2], None, [3, None]], pa.list_(pa.int8(), 2)),
            "struct": pa.array([{"x": 1, "y": "a"}, None, {"x": None, "y": "b"}]),
            "map": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int32())),
            "deep": pa.array(
                [[{"x": [1]}, None], None, [{"x": None}]], pa.list_(pa.struct([("x", pa.list_(pa.int64()))]))
            ),
        }
    ),
    "rare": pa.table(
        {
            "dictionary": pa.array(["a", None, "b"]).dictionary_encode(),
            "decimal": pa.array([decimal.Decimal("1.10"), None, None], pa.decimal256(40, 2)),
            "fixed": pa.array([b"abc", None, b"xyz"], pa.binary(3)),
            "time": pa.array([dt.time(1), None, None], pa.time64("us")),
            "duration": pa.array([1, None, 3], pa.duration("s")),
            "month": pa.array([(1, 2, 3), None, None], pa.month_day_nano_interval()),
            "zoned": pa.array([1, None, 3], pa.timestamp("ms", "Europe/Berlin")),
            "date": pa.array([dt.date(2013, 1, 1), None, None]),
            "half": pa.array(np.array([1, 2, 3], "f2")),
            "text view": pa.array(["a", None, "a text that is longer than twelve bytes"], pa.string_view()),
            "bytes view": pa.array([b"a", None, b""], pa.binary_view()),
            "uuid": pa.array([uuid.UUID(int=1).bytes, None, None], pa.binary(16)).cast(pa.uuid()),
        }
    ),
    "several chunks": pa.concat_tables([pa.table({"a": ["x", "y"]}), pa.table({"a": ["z"]})]),
    "several dictionaries": pa.table(
        {"a": pa.chunked_array([pa.array(["x"]).dictionary_encode(), pa.array(["y"]).dictionary_encode()])}
    ),
    "metadata": pa.table(
        {"a": [1]}, schema=pa.schema([pa.field("a", pa.int8(), nullable=False, metadata={"k": "v"})], {"m": b"\xff"})
    ),
    "no columns": pa.table({}),
}


@pytest.mark.parametrize("name", TABLES)
def test_every_table_comes_back(name, tmp_path):
    """Arrow tables come back with schema and metadata, also when only a part of them was stored."""
    for table in (TABLES[name], TABLES[name].slice(1), TABLES[name].slice(0, 0)):
        back = load(snapshot(table, workspace=tmp_path).id, workspace=tmp_path)
        back.validate(full=True)
        assert back.schema.equals(table.schema, check_metadata=True)
        assert back.to_pylist() == table.to_pylist()


def test_what_lies_behind_a_null_does_not_count():
    """Equal Arrow columns have one id, whatever their buffers hold where there is no value."""
    valid = pa.py_buffer(b"\x05")
    one, other = (
        pa.Array.from_buffers(pa.int64(), 3, [valid, pa.py_buffer(np.array([1, hidden, 3]))]) for hidden in (7, 8)
    )
    assert digest(pa.table({"a": one})) == digest(pa.table({"a": other}))
    offsets = pa.py_buffer(np.array([0, 1, 3, 4], "i4"))
    texts = pa.Array.from_buffers(pa.string(), 3, [valid, offsets, pa.py_buffer(b"aXXb")])
    assert digest(pa.table({"a": texts})) == digest(pa.table({"a": pa.array(["a", None, "b"])}))


class Odd:
    """Something that must never be asked anything."""

    def __eq__(self, other):
        raise AssertionError

    __hash__ = None

    def __repr__(self):
        raise AssertionError

    def __reduce__(self):
        raise AssertionError


LOOP: list = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    ("dataset", "says"),
    [
        (pd.DataFrame({"fine": [1], "odd": pd.Series([Odd()], dtype=object)}), "column 'odd': a value of class .*Odd"),
        (pd.DataFrame({"loop": pd.Series([LOOP], dtype=object)}), "column 'loop': a value that holds itself"),
        (
            pa.table({"u": pa.RunEndEncodedArray.from_arrays([2], [1])}),
            "column 'u': Arrow arrays of type run_end",
        ),
        (np.ma.masked_array([1, 2], [True, False]), "MaskedArray cannot be stored"),
        (np.array([(1, None)], [("a", "i4"), ("b", "O")]), "column 'values': an array of dtype"),
        ([1, 2], "builtins.list cannot be stored"),
        (None, "NoneType cannot be stored"),
    ],
)
def test_what_cannot_be_stored_is_named(dataset, says, tmp_path):
    """A dataset that would not come back exactly is refused, with the column's name, and leaves nothing behind."""
    with pytest.raises(SnapshotError, match=says):
        snapshot(dataset, workspace=tmp_path)
    assert not list((tmp_path / ".nbops" / "snapshots").rglob("*.*"))


FRAMES = hpd.data_frames(
    columns=[
        hpd.column("floats", elements=st.floats(width=32), dtype="f4"),
        hpd.column("integers", elements=st.integers(-(2**63), 2**63 - 1), dtype="i8"),
        hpd.column("moments", dtype="M8[ns]"),
        hpd.column("flags", dtype=bool),
    ],
    index=hpd.range_indexes(max_size=40),
)
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.uuids()),
    *(st.text(st.characters(), max_size=5), st.binary(max_size=5)),
    *(st.dates(), st.times(), st.timedeltas()),
    st.datetimes(timezones=st.none() | st.just(BERLIN), allow_imaginary=False),
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner), max_leaves=5)
QUICK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@QUICK
@given(frame=FRAMES, texts=st.lists(st.none() | st.text(max_size=4), max_size=40))
def test_any_frame_comes_back(frame, texts, tmp_path):
    """Whatever numbers, moments, flags and texts a frame holds, they come back, and have one id."""
    frame["texts"] = pd.Series(texts, dtype="str").reindex(frame.index)
    frame["codes"] = frame["texts"].astype("category")
    taken = snapshot(frame, workspace=tmp_path)
    same(load(taken.id, workspace=tmp_path), frame)
    assert snapshot(frame.copy(), workspace=tmp_path).new_bytes == 0


@QUICK
@given(values=st.lists(VALUES, max_size=12))
def test_any_mixture_of_objects_comes_back(values, tmp_path):
    """Object columns keep the class and value of every row."""
    array = np.empty(len(values), object)
    for at, value in enumerate(values):
        array[at] = value
    series = pd.Series(array, dtype=object)
    back = load(snapshot(series, workspace=tmp_path).id, workspace=tmp_path)
    assert back.dtype == object
    assert len(back) == len(values)
    objects(back.to_numpy(), array)


@QUICK
@given(
    array=hnp.arrays(
        hnp.scalar_dtypes() | hnp.unicode_string_dtypes() | hnp.array_dtypes(allow_subarrays=True),
        hnp.array_shapes(min_dims=0, min_side=0, max_side=4),
    )
)
def test_any_array_comes_back(array, tmp_path):
    """Arrays come back bit for bit, whatever their dtype and shape."""
    back = load(snapshot(array, workspace=tmp_path).id, workspace=tmp_path)
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


def same(one, other):
    """Hold two datasets against each other: classes, dtypes, labels, bits, and the class of every object."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        assert one.shape == other.shape
        assert one.dtype.hasobject or one.tobytes() == other.tobytes()
        assert one.flags.f_contiguous == other.flags.f_contiguous or not other.flags.forc
        objects(one.ravel(), other.ravel()) if one.dtype.hasobject else None
        return
    exact = {"check_exact": True, "check_freq": True, "check_index_type": "exact"}
    if isinstance(one, pd.Series):
        pd.testing.assert_series_equal(one, other, **exact)
        columns = [(one, other)]
    else:
        pd.testing.assert_frame_equal(one, other, **exact, check_column_type="exact")
        columns = [(one.iloc[:, at], other.iloc[:, at]) for at in range(one.shape[1])]
    for left, right in columns:
        if left.dtype == object:
            objects(left.to_numpy(), right.to_numpy())
        elif isinstance(left.dtype, np.dtype):
            assert left.to_numpy().tobytes() == right.to_numpy().tobytes()


def objects(one, other):
    """Hold objects against each other by class and by what they say of themselves."""
    assert [type(value) for value in one] == [type(value) for value in other]
    assert [repr(value) for value in one] == [repr(value) for value in other]
