"""The same data and cells give the same profile, whatever library holds them."""

from __future__ import annotations

import datetime as dt
import decimal
import os
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from nbops.errors import ProfileError
from nbops.profiles import profile

ROWS = 3_000
WORDS = [f"word{place}" for place in range(40)]


def make(seed: int = 0, rows: int = ROWS) -> pa.Table:
    """Thirty days with a column of every kind that Arrow, and so every library, can hold."""
    random = np.random.default_rng(seed)
    gaps = random.random(rows) < 0.05
    amount = np.where(gaps, np.nan, random.lognormal(size=rows))
    amount[:3] = [np.inf, -np.inf, 0.0]
    stamps = np.datetime64("2024-01-01", "us") + (np.arange(rows) * 30 // rows).astype("timedelta64[D]")
    notes = [" ".join(random.choice(WORDS, 6)) + f" rare{place}" for place in range(rows)]
    return pa.table(
        {
            "at": pa.array(stamps),
            "amount": pa.array(amount, from_pandas=True),
            "nan": pa.array(random.normal(size=rows)),
            "small": pa.array(random.integers(0, 5, rows).astype("int32")),
            "holes": pa.array([None if gap else int(place) for place, gap in enumerate(gaps)], pa.int64()),
            "key": pa.array(np.arange(rows)),
            "city": pa.array(random.choice(["Bern", "Genf", "Chur"], rows, p=[0.6, 0.3, 0.1])),
            "many": pa.array([f"m{place}" for place in random.integers(0, 600, rows)]),
            "coded": pa.array(random.choice(["a", "b"], rows)).dictionary_encode(),
            "paid": pa.array([None if gap else bool(place % 3) for place, gap in enumerate(gaps)]),
            "note": pa.array(notes),
            "day": pa.array([dt.date(2024, 1, 1 + place % 28) for place in range(rows)]),
            "price": pa.array([decimal.Decimal(int(place)) / 100 for place in random.integers(0, 20, rows)]),
            "vector": pa.array(list(random.normal(size=(rows, 8)).astype("float32")), pa.list_(pa.float32())),
            "nothing": pa.nulls(rows, pa.float64()),
            "nested": pa.array([{"a": 1} if place % 2 else None for place in range(rows)]),
        }
    )


def _duckdb(table):
    return duckdb.connect().from_arrow(table)


def _folder(table, folder):
    for place, part in enumerate(np.array_split(np.arange(table.num_rows), 3)):
        pq.write_table(table.take(part), folder / f"{place}.parquet", row_group_size=400)
    return folder


def _file(table, folder):
    pq.write_table(table, folder / "all.parquet", row_group_size=400)
    return folder / "all.parquet"


ENGINES = {
    "polars": lambda table, _: pl.from_arrow(table),
    "polars lazy": lambda table, _: pl.from_arrow(table).lazy(),
    "pyarrow": lambda table, _: table,
    "pyarrow dataset": lambda table, folder: ds.dataset(_folder(table, folder)),
    "duckdb": lambda table, _: _duckdb(table),
    "parquet file": _file,
    "parquet folder": _folder,
    "parquet pattern": lambda table, folder: f"{_folder(table, folder)}/*.parquet",
}
LAZY = [name for name in ENGINES if name not in {"polars", "pyarrow"}]


def agree(made, wanted):
    """Counts equal, floats within 1e-9, different values within 2 %, means of single-precision features to that."""
    assert (made.rows, made.starts, made.window_rows) == (wanted.rows, wanted.starts, wanted.window_rows)
    assert (made.start, made.end) == (wanted.start, wanted.end)
    assert list(made.columns) == list(wanted.columns)
    for name, column in wanted.columns.items():
        other = made.columns[name]
        for field in ("kind", "role", "cells", "edges", "labels", "closed", "unlisted", "infinite", "windows"):
            assert getattr(other, field) == getattr(column, field), (name, field)
        for field in ("mean", "sd", "low", "high"):
            value = getattr(column, field)
            assert getattr(other, field) == (None if value is None else pytest.approx(value, rel=1e-9)), (name, field)
        assert other.quantiles == pytest.approx(column.quantiles, rel=1e-9), name
        assert (other.first, other.last) == (column.first, column.last), name
        assert other.distinct == pytest.approx(column.distinct, rel=0.02), name
        assert other.words == column.words, name
        if column.vector is not None:
            assert other.vector.bandwidth == column.vector.bandwidth
            assert other.vector.means() == pytest.approx(column.vector.means(), abs=1e-6)
            assert other.vector.window_means() == pytest.approx(column.vector.window_means(), abs=1e-6)


@pytest.fixture(scope="module")
def table():
    return make()


@pytest.fixture(scope="module")
def reference():
    return profile(make(1).to_pandas(), time="at", roles={"paid": "label"})


@pytest.fixture(scope="module")
def wanted(table, reference):
    return profile(table.to_pandas(), like=reference)


@pytest.fixture
def in_parts(monkeypatch):
    """Whatever is not in memory is read in parts of about a thousand rows, however small."""
    monkeypatch.setattr("nbops.profiles.frames.IN_MEMORY", 0)
    for place in ("arrow", "polars", "duckdb"):
        monkeypatch.setattr(f"nbops.profiles.engines.{place}.BATCH", 1_024)


def test_the_reference_has_every_kind(reference):
    """The data hold whatever there is to count."""
    kinds = {column.kind for column in reference.columns.values()}
    assert kinds == {"number", "category", "bool", "time", "text", "id", "vector", "empty", "opaque"}


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree_on_cells_given(engine, table, reference, wanted, tmp_path):
    """With the cells of a reference, each library gives pandas' profile."""
    agree(profile(ENGINES[engine](table, tmp_path), like=reference), wanted)


@pytest.mark.parametrize("engine", LAZY)
def test_parts_agree_on_cells_given(engine, table, reference, wanted, tmp_path, in_parts):
    """What is read in parts gives the profile of the whole."""
    agree(profile(ENGINES[engine](table, tmp_path), like=reference), wanted)


@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree_without_cells(engine, table, tmp_path):
    """Kinds and cells chosen by each library are those of pandas."""
    agree(profile(ENGINES[engine](table, tmp_path), time="at"), profile(table.to_pandas(), time="at"))


@pytest.mark.parametrize("engine", ["polars lazy", "duckdb", "parquet folder"])
def test_parts_choose_the_same_cells(engine, table, tmp_path, in_parts):
    """Cells chosen from a first look at all parts are those of the whole; of vectors the counts."""
    made = profile(ENGINES[engine](table, tmp_path), time="at")
    whole = profile(table.to_pandas(), time="at")
    assert made.columns["vector"].kind == "vector"
    assert made.columns["vector"].missing == whole.columns["vector"].missing
    rest = {name: column for name, column in whole.columns.items() if name != "vector"}
    agree(
        type(made)(**{**_fields(made), "columns": {name: made.columns[name] for name in rest}}),
        type(made)(**{**_fields(whole), "columns": rest}),
    )


def _fields(one):
    return {name: getattr(one, name) for name in type(one).__dataclass_fields__}


def test_large_parts_agree_with_the_whole(tmp_path, in_parts):
    """Above 100,000 rows limits and quantiles come from the same sampled rows, read at once or in parts."""
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"x": random.normal(size=250_000), "n": random.integers(0, 10**6, 250_000)})
    frame.to_parquet(tmp_path / "large.parquet", row_group_size=20_000)
    made, whole = profile(tmp_path / "large.parquet"), profile(frame)
    agree(made, whole)
    for name in frame:
        assert made.columns[name].distinct == pytest.approx(frame[name].nunique(), rel=0.025)


def test_zones_show_local_time(tmp_path):
    """A time with a zone is cut into days where it happened, in each library."""
    stamps = pd.date_range("2024-03-30T20:00", periods=400, freq="30min", tz="Europe/Zurich")
    frame = pd.DataFrame({"at": stamps, "x": np.arange(400.0)})
    wanted = profile(frame, time="at")
    table = pa.Table.from_pandas(frame)
    for source in (table, pl.from_pandas(frame), pl.from_pandas(frame).lazy()):
        made = profile(source, time="at")
        assert (made.starts, made.window_rows) == (wanted.starts, wanted.window_rows)


def test_nan_and_null_are_both_missing():
    """Polars' NaN and null, and Arrow's, count alike."""
    values = [1.0, float("nan"), None, 2.0]
    for source in (pl.DataFrame({"x": values}), pa.table({"x": pa.array(values)}), pl.LazyFrame({"x": values})):
        assert profile(source).columns["x"].missing == 2


def test_a_lazy_frame_stays_lazy(table):
    """A profile runs the frame and leaves it as it was."""
    lazy = pl.from_arrow(table).lazy().with_columns((pl.col("small") * 2).alias("double"))
    made = profile(lazy)
    assert made.columns["double"].high == 8
    assert isinstance(lazy, pl.LazyFrame)


def test_hive_partitions_are_columns(tmp_path):
    """What folders say about their rows is a column."""
    pq.write_to_dataset(pa.table({"x": [1.0, 2.0, 3.0], "land": ["ch", "ch", "de"]}), tmp_path, partition_cols=["land"])
    assert profile(tmp_path).columns["land"].labels == ("ch", "de")


def test_other_libraries_go_through_narwhals():
    """A Dask frame is read too."""
    dask = pytest.importorskip("dask.dataframe")
    frame = pd.DataFrame({"x": [1.0, 2.0, None], "c": ["a", "b", "a"]})
    made = profile(dask.from_pandas(frame, npartitions=2))
    assert made.columns["x"].cells == profile(frame).columns["x"].cells
    assert made.columns["c"].cells == profile(frame).columns["c"].cells


@pytest.mark.parametrize("in_memory", [True, False])
def test_bad_input_is_a_profile_or_a_sentence(tmp_path, monkeypatch, in_memory):
    """Whatever is empty, nested, doubled or damaged gets a profile or says what is wrong."""
    if not in_memory:
        monkeypatch.setattr("nbops.profiles.frames.IN_MEMORY", -1)
    connection = duckdb.connect()
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 nonsense PAR1")
    (tmp_path / "empty").mkdir()
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "no_rows.parquet")
    fine = {
        "no rows": pl.LazyFrame({"x": []}),
        "no columns": pl.DataFrame(),
        "no columns in Arrow": pa.table({}),
        "no rows in DuckDB": connection.sql("select 1 as x where false"),
        "a file without rows": tmp_path / "no_rows.parquet",
        "doubled": pa.table([pa.array([1]), pa.array([2])], names=["a", "a"]),
        "nested": connection.sql("select {'a': [1, 2]} as s, map {'k': 1} as m, [[1], [2]] as l"),
        "mixed in Polars": pl.DataFrame({"o": pl.Series([object(), None], dtype=pl.Object)}),
        "all missing": pl.LazyFrame({"x": [None, None], "v": pl.Series([None, None], dtype=pl.List(pl.Float64))}),
        "infinite": pl.LazyFrame({"x": [float("inf"), float("-inf"), None]}),
        "huge": pl.LazyFrame({"x": [1.7e308, -1.7e308, 1.7e308]}),
        "many categories": pl.LazyFrame({"c": [f"{place % 10_000}" for place in range(20_000)]}),
        "other lengths": pl.LazyFrame({"v": [[1.0, 2.0], [1.0], None, [1.0, 2.0], [None, 1.0]]}),
    }
    for name, source in fine.items():
        made = profile(source)
        assert type(made).from_json(made.to_json()) == made, name
        assert type(made).from_json(made.to_json(publish=True)).published, name
    assert profile(fine["other lengths"]).columns["v"].missing == 3
    assert profile(fine["doubled"]).duplicates == ("a",)
    bad = {
        "damaged": tmp_path / "damaged.parquet",
        "empty folder": tmp_path / "empty",
        "pattern of nothing": str(tmp_path / "*.parquet.pq"),
        "generator": (row for row in [1, 2]),
        "reader": pa.table({"x": [1]}).to_reader(),
        "connection": connection,
        "lazy error": pl.LazyFrame({"x": ["a"]}).select(pl.col("nope")),
        "late error": pl.LazyFrame({"x": ["a"]}).select(pl.col("x").cast(pl.Int64)),
        "expression": pl.col("x"),
        "set": {1, 2},
    }
    for name, source in bad.items():
        with pytest.raises(ProfileError) as raised:
            profile(source)
        assert str(raised.value), name
    with pytest.raises(ProfileError, match="read as times"):
        profile(pl.LazyFrame({"x": ["a", "b"]}), time="x")


@pytest.fixture(scope="module")
def spark():
    """A local Spark session of two threads, and what it writes out of the way."""
    os.environ["PYSPARK_PYTHON"] = sys.executable
    session = (
        __import__("pyspark.sql", fromlist=["SparkSession"])
        .SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    yield session
    session.stop()


def test_spark_agrees(spark, table, reference, wanted):
    """A real Spark session gives the profile of the local frame, counted where the rows lie."""
    plain = table.set_column(8, "coded", table["coded"].cast(pa.string()))
    plain = plain.set_column(table.schema.get_field_index("nothing"), "nothing", pa.nulls(ROWS, pa.float64()))
    frame = spark.createDataFrame(plain).repartition(3)
    local = profile(plain.to_pandas(), like=reference)
    made = profile(frame, like=reference)
    assert made.columns["note"].words.edges == local.columns["note"].words.edges
    agree(made, local)
    chosen = profile(frame.select("amount", "city", "key", "vector"), name="orders")
    assert {name: column.kind for name, column in chosen.columns.items()} == {
        "amount": "number", "city": "category", "key": "id", "vector": "vector",
    }  # fmt: skip
    assert chosen.columns["city"].cells == profile(plain.to_pandas()).columns["city"].cells
    with pytest.raises(ProfileError, match="read as times"):
        profile(frame, time="city")
