"""What is inferred of a sample holds of its source, and is short enough to be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.contracts.contract import Contract, contract
from nbops.errors import ContractError, ProfileError
from trips import trips

NOW = pd.Timestamp("2024-02-01", tz="UTC").timestamp()


@pytest.fixture(scope="module")
def inferred() -> Contract:
    """The contract of one batch of trips, with windows of a day."""
    return contract(trips(1), "trips", time="start")


def test_a_contract_is_a_page_with_a_line_for_each_column(inferred):
    """Types are those of people, not of engines; whole numbers with gaps are whole numbers."""
    types = {name: terms.type for name, terms in inferred.columns.items()}
    assert types == {
        "trip_id": "integer", "email": "text", "start": "time", "end": "time", "price": "number", "fee": "number",
        "total": "number", "passengers": "integer", "city": "category", "region": "category", "tip": "number",
        "paid": "bool",
    }  # fmt: skip
    text = inferred.to_yaml()
    assert len(text.splitlines()) <= len(types) + 12
    assert max(map(len, text.splitlines())) <= 120
    assert "price:      {type: number, range: [0, 110], outside: <= 1%" in text


def test_other_batches_of_the_same_source_keep_to_it(inferred):
    """Of thirty, none is blocked, and at most one rule in five hundred warns: it is no tautology of the sample."""
    answers = [inferred.check(trips(seed)) for seed in range(2, 32)]
    assert all(answers)
    assert sum(len(one.violations) for one in answers) <= inferred.rules * len(answers) / 500


def test_long_tails_are_no_violation():
    """Of very many rows a few lie far out: as many may in the next batch, and the sample keeps to its own contract."""
    frame = pd.DataFrame({"x": np.random.default_rng(0).pareto(2, 200_000)})
    made = contract(frame)
    assert made.check(frame).violations == ()
    assert made.check(pd.DataFrame({"x": np.random.default_rng(1).pareto(2, 200_000)})).violations == ()
    assert made.columns["x"].outside < 0.01


def test_what_breaks_a_source_is_found(inferred):
    """Cents for euros, a city that was renamed, a column that is lost, an end before the start."""
    frame = trips(2)
    cents = inferred.check(frame.assign(price=frame.price * 100))
    assert {(one.column, one.rule) for one in cents.violations} >= {
        ("price", "range"),
        ("price, fee, total", "relation"),
    }
    assert not cents
    renamed = inferred.check(frame.assign(city=frame.city.replace("Aarau", "Arau")))
    assert {("city", "values", "block")} <= {(one.column, one.rule, one.enforce) for one in renamed.violations}
    assert not inferred.check(frame.drop(columns="fee"))
    turned = inferred.check(frame.assign(end=frame.start - pd.Timedelta("1h")))
    assert {("start, end", "relation", "block")} <= {(one.column, one.rule, one.enforce) for one in turned.violations}


def test_relations_are_told_only_where_they_would_not_hold_by_chance(inferred):
    """A sum, an order of times and a function of a column; of unrelated columns none."""
    assert [one.rule for one in inferred.relations] == ["price + fee == total", "start <= end", "city -> region"]
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({name: draw.normal(size=500) + 100 * place for place, name in enumerate("abc")})
    frame["d"] = draw.choice(["x", "y"], 500)
    assert contract(frame).relations == ()


def test_windows_tell_of_rows_and_missing_values(inferred):
    """Rows are counted per day; a day without rows breaks it; of missing values the worst day sets the limit."""
    assert (inferred.rows.range, inferred.rows.window, inferred.rows.time) == (None, "1D", "start")
    low, high = inferred.rows.per_window or (0, 0)
    assert low < 66 < high
    assert inferred.columns["price"].missing == 0.01
    assert 0.05 <= inferred.columns["passengers"].missing <= 0.2
    frame = trips(3)
    gone = frame[(frame.start < "2024-01-10") | (frame.start >= "2024-01-12")]
    (found,) = [one for one in inferred.check(gone).violations if one.rule == "rows"]
    assert (found.count, found.enforce) == (2, "warn")
    assert "2024-01-10T00:00: 0" in found.examples


def test_columns_called_like_personal_data_are_sensitive(inferred):
    """Their values stand neither in the contract nor in an answer; more can be named, and a wrong name has a hint."""
    assert inferred.columns["email"].sensitive
    made = contract(trips(1), sensitive=["city"])
    assert made.columns["city"].values is None
    frame = trips(2)
    text = str(made.check(frame.assign(email=frame.email.iloc[0], city=7)))
    assert "the column is sensitive" in text
    assert "example.org" not in text
    with pytest.raises(ContractError, match="no column 'citty'") as caught:
        contract(trips(1), sensitive=["citty"])
    assert caught.value.hint == "is it 'city'?"


def test_values_are_listed_only_where_they_are_all_known():
    """Not while new ones still come, not of ten thousand, and not where there is only one."""
    rows = 20_000
    frame = pd.DataFrame(
        {
            "growing": pd.Categorical([f"v{n * 40 // rows}" for n in range(rows)]),
            "many": pd.Categorical([f"v{n % 10_000}" for n in range(rows)]),
            "one": "x",
            "few": ["a", "b"] * (rows // 2),
        }
    )
    made = contract(frame)
    assert {name: terms.values for name, terms in made.columns.items()} == {
        "growing": None, "many": None, "one": None, "few": ("a", "b"),
    }  # fmt: skip
    assert len(made.to_yaml()) < 1000
    assert made.check(frame)


def test_odd_columns_are_described_as_what_they_are():
    """Constant, infinite, all missing, mixed, vectors, times with a zone, dates as text."""
    rows = 200
    frame = pd.DataFrame(
        {
            "constant": [3] * rows,
            "infinite": [np.inf, *([0.5] * (rows - 1))],
            "missing": [None] * rows,
            "mixed": pd.Series([1, "a"] * (rows // 2), dtype="object"),
            "vector": [np.arange(3.0)] * rows,
            "zoned": pd.date_range("2024-01-01", periods=rows, freq="h", tz="Europe/Zurich"),
            "written": pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d"),
            "code": [f"{n:03d}" for n in range(rows)],
        }
    )
    made = contract(frame)
    told = {name: (terms.type, terms.range) for name, terms in made.columns.items()}
    assert told == {
        "constant": ("integer", None), "infinite": ("number", None), "missing": (None, None), "mixed": (None, None),
        "vector": ("vector", None), "zoned": ("time", None), "written": ("time", None), "code": ("text", None),
    }  # fmt: skip
    assert made.columns["vector"].length == 3
    assert made.columns["infinite"].infinite
    assert made.columns["missing"].missing is None
    assert made.check(frame).violations == ()
    assert made.check(frame.assign(zoned=frame.zoned.dt.tz_convert("UTC"))).violations == ()


def test_recent_data_are_to_stay_recent():
    """Where the last row is an hour old, a day is too old; data of another year say nothing of it."""
    from nbops.contracts.infer import infer

    made = infer(trips(1), None, now=NOW)
    assert {name: terms.fresh for name, terms in made.columns.items() if terms.fresh} == {}
    made = infer(trips(1), None, time="start", now=NOW)
    limit = made.columns["start"].fresh
    assert limit is not None
    assert 86400 <= limit <= 7 * 86400
    assert infer(trips(1), None, time="start", now=NOW + 365 * 86400).columns["start"].fresh is None


def test_nothing_can_be_learnt_from_nothing():
    """No columns, no rows, no dataset: a sentence each."""
    with pytest.raises(ContractError, match="no columns"):
        contract(pd.DataFrame())
    with pytest.raises(ContractError, match="not a single row"):
        contract(pd.DataFrame({"x": []}))
    with pytest.raises(ProfileError):
        contract(7)
    with pytest.raises(ContractError, match=r"there is no file none\.csv"):
        contract("none.csv")


def test_a_value_that_is_a_secret_is_not_written_down():
    """Whatever its column is called: the column is sensitive from then on."""
    made = contract(pd.DataFrame({"note": ["AKIAIOSFODNN7EXAMPLE", "none"] * 50, "kind": ["a", "b"] * 50}))
    assert "AKIA" not in made.to_yaml()
    assert (made.columns["note"].sensitive, made.columns["kind"].values) == (True, ("a", "b"))
