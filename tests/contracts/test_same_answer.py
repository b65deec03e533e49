"""The same data give the same answer, whoever holds them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.contracts.contract import Contract, contract
from nbops.contracts.violation import Checked
from trips import trips


@pytest.fixture(scope="module")
def batch() -> pd.DataFrame:
    """Trips with what engines disagree on: whole numbers with gaps, truths, categories, codes, times."""
    frame = trips(5, 1000).drop(columns=["email"])
    frame["zip"] = [f"{n % 100:04d}" for n in range(len(frame))]
    return frame


@pytest.fixture(scope="module")
def agreed(batch) -> Contract:
    """Its contract, as pandas' frame tells it."""
    return contract(batch, "trips")


def broken(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the batch with one violation of each kind that every engine can hold."""
    wrong = frame.assign(fare=1.0).drop(columns="fee")
    wrong.loc[:149, "price"] = 9999.0
    wrong.loc[:39, "city"] = "Genf"
    wrong.loc[10:19, "trip_id"] = wrong.trip_id.iloc[0]
    wrong.loc[:, "tip"] = np.nan
    wrong.loc[3, "passengers"] = 2.5
    wrong.loc[:99, "end"] = pd.Timestamp("2020-01-01")
    return wrong


def plain(checked: Checked) -> list[tuple[object, ...]]:
    """Return what two answers are to agree in."""
    return sorted((one.column, one.rule, one.enforce, one.count, one.rows, one.sentence) for one in checked.violations)


def as_categories(frame, _):
    return frame.assign(city=frame.city.astype("category"), region=frame.region.astype("category"))


def as_polars(frame, _):
    import polars as pl

    return pl.from_pandas(frame)


def as_arrow(frame, _):
    import pyarrow as pa

    return pa.Table.from_pandas(frame)


def as_csv(frame, folder):
    frame.to_csv(folder / "trips.csv", index=False)
    return folder / "trips.csv"


def as_parquet(frame, folder):
    frame.to_parquet(folder / "trips.parquet")
    return str(folder / "trips.parquet")


def as_nullable(frame, _):
    return frame.convert_dtypes()


def as_zero_and_one(frame, _):
    return frame.assign(paid=frame.paid.astype(int))


def as_objects(frame, _):
    return frame.astype("object")


ENGINES = [as_categories, as_polars, as_arrow, as_csv, as_parquet, as_nullable, as_zero_and_one, as_objects]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_gets_the_answer_that_pandas_gets(engine, batch, agreed, tmp_path):
    """No violation of healthy data, and the same ones, counts and sentences of broken data."""
    assert agreed.check(engine(batch, tmp_path)).violations == ()
    told = plain(agreed.check(broken(batch)))
    assert {rule for _, rule, *_ in told} >= {
        "present", "unknown", "range", "values", "unique", "missing", "type", "relation",
    }  # fmt: skip
    assert plain(agreed.check(engine(broken(batch), tmp_path))) == told


@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_teaches_the_same(engine, batch, agreed, tmp_path):
    """The contract that is inferred is the same to the letter, but for truths that an engine has as 0 and 1."""
    made = contract(engine(batch, tmp_path), "trips")
    columns = dict(agreed.columns)
    if engine is as_zero_and_one:
        columns["paid"] = made.columns["paid"]
    assert (dict(made.columns), made.rows, made.relations) == (columns, agreed.rows, agreed.relations)


def test_a_snapshot_is_checked_by_its_name(batch, agreed, stored_workspace):
    """As a frame is, and the answer says what it was called."""
    from nbops.snapshots.snapshot import snapshot

    snapshot(broken(batch), name="trips", workspace=stored_workspace)
    checked = agreed.check("trips", workspace=stored_workspace)
    assert plain(checked) == plain(agreed.check(broken(batch)))
    assert checked.dataset == "trips"


def test_a_profile_alone_tells_what_it_can(batch, agreed):
    """Of rows that are not there the answer says that they were not judged; shares and ranges are."""
    from nbops.profiles.profile import profile

    checked = agreed.check(profile(broken(batch)))
    assert {(one.column, one.rule) for one in checked.violations} >= {
        ("fee", "present"), ("tip", "missing"), ("price", "range"), ("city", "values"),
    }  # fmt: skip
    assert any("no rows to read" in note for note in checked.notes)
