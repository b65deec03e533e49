"""What breaks a rule is named with how many rows, which share of them, and examples that may be seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.contracts.check import check
from nbops.contracts.contract import Contract, contract
from nbops.contracts.read_contract import parse_contract
from nbops.errors import ContractError, ContractViolated, ProfileError
from trips import trips


def held(columns: str, frame: object, more: str = "", now: float = 0.0) -> list[tuple[str, str, int, int]]:
    """Return rule, enforcement, count and rows of what *frame* breaks in a contract with *columns*."""
    made = parse_contract(f"contract: c\ncolumns: {{{columns}}}\nunknown_columns: allow\n{more}")
    return [(one.rule, one.enforce, one.count, one.rows) for one in check(made, frame, now=now).violations]


@pytest.mark.parametrize(
    ("terms", "values", "found"),
    [
        ("type: integer", [1, 2, np.nan], []),
        ("type: integer", [1.5, 2, 3], [("type", "block", 1, 3)]),
        ("type: number", ["1", "2"], [("type", "block", 2, 2)]),
        ("type: number", [1, np.inf], [("infinite", "block", 1, 2)]),
        ("type: number, infinite: true", [1, np.inf], []),
        ("type: bool", [0, 1, None], []),
        ("type: bool", ["true", "False"], []),
        ("type: bool", [0, 2], [("type", "block", 1, 2)]),
        ("type: text", [1, 2], [("type", "block", 2, 2)]),
        ("type: category, values: [1, 2]", [1.0, 2.0], []),
        ("type: category, values: [a]", ["a"] * 19 + ["b"], [("values", "warn", 1, 20)]),
        ("type: category, values: [a]", ["a", "b", "b"], [("values", "block", 2, 3)]),
        ("type: category, values: [a], new_values: 50%", ["a", "a", "b"], []),
        ("type: number, range: [0, 9]", [*range(10), -1, *range(10)], [("range", "warn", 1, 21)]),
        ("type: number, range: [0, null]", [1e12, 0], []),
        ("type: number, range: [0, 9], outside: 1%", [*[5] * 98, 10, 11], [("range", "warn", 2, 100)]),
        ("type: number, range: [0, 9], outside: 2%", [*[5] * 98, 10, 11], []),
        ("type: time", ["2024-01-01", "2024-02-30"], [("type", "block", 1, 2)]),
        ("type: time, range: [2024-01-01, null]", ["2023-12-31T23:59", "2024-01-01"], [("range", "block", 1, 2)]),
        ("type: time, fresh: 1d", ["1970-01-01T00:00", "1969-12-30"], []),
        ("type: time, fresh: 1d", ["1969-12-30"], [("fresh", "warn", 1, 1)]),
        ("type: vector, length: 2", [[1, 2], [1, 2, 3]], [("length", "block", 1, 2)]),
        ("type: vector", [[1, 2], "no"], [("type", "block", 1, 2)]),
        ("type: text, unique: true", ["a", "b", "a", "a"], [("unique", "block", 2, 4)]),
        ("type: number, missing: 0", [*[1] * 19, None], [("missing", "warn", 1, 20)]),
        ("type: number, missing: 40%", [1, None, None], [("missing", "block", 2, 3)]),
        ("type: number, missing: 50%", [1, None], []),
        ("type: number, missing: 0, enforce: warn", [None, None], [("missing", "warn", 2, 2)]),
        ("type: number, missing: 0, enforce: {missing: block}", [*[1] * 19, None], [("missing", "block", 1, 20)]),
    ],
)  # fmt: skip
def test_each_rule_of_a_column(terms, values, found):
    """A schema that is broken blocks; what a few rows break warns, and blocks from a tenth of them."""
    assert held(f"x: {{{terms}}}", pd.DataFrame({"x": values})) == found


def test_rules_of_several_columns():
    """Keys and relations: of the rows that have all the values, those that break them."""
    frame = pd.DataFrame({"a": [1, 1, 2, 2], "b": [1, 1, 2, None], "my c": [2, 2, 5, 1]})
    assert held("a: {type: integer}", frame, "unique: [[a, b]]") == [("unique", "block", 1, 4)]
    assert held("a: {type: integer}", frame, "relations: [a + b == `my c`]") == [("relation", "block", 1, 3)]
    assert held("a: {type: integer}", frame, "relations: [{rule: 'a <= b', enforce: warn}]") == []
    assert held("a: {type: integer}", frame, "relations: [a -> `my c`]") == [("relation", "block", 1, 4)]
    assert held("a: {type: integer}", frame, "relations: [{rule: 'a -> `my c`', broken: 30%}]") == []


def test_the_number_of_rows():
    """In all, and per window, of which those at the ends may be cut short."""
    frame = pd.DataFrame({"t": pd.date_range("2024-01-01", periods=96, freq="h")})
    assert held("t: {type: time}", frame, "rows: {range: [100, null]}") == [("rows", "warn", 96, 96)]
    windows = "rows: {per_window: [24, 24], window: 1D, time: t, enforce: block}"
    assert held("t: {type: time}", frame.iloc[5:], windows) == []
    gap = frame.drop(range(30, 40))
    assert held("t: {type: time}", gap, windows) == [("rows", "block", 1, 4)]


@pytest.fixture(scope="module")
def inferred() -> Contract:
    """The contract of one batch of trips."""
    return contract(trips(1), "trips")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.iloc[:0], "there is not a single row"),
        (lambda f: f.assign(price=np.nan), "column 'price' holds no value at all"),
        (lambda f: f.assign(price=[np.inf, *f.price[1:]]), "column 'price' is infinite in 1 of 2,000 (0.05%) rows"),
        (lambda f: f.assign(price=pd.Series([1, "a"] * 1000, dtype=object)), "in 1,000 of 2,000 (50%) rows ('a')"),
        (lambda f: f.rename(columns={"price": "Price"}), "column 'price' is missing; 'Price' is there instead"),
        (lambda f: f.rename(columns={"passengers": "passenger_count"}), "'passenger_count' is there instead"),
        (lambda f: f.drop(columns="city"), "`city -> region` was not checked: there is no column 'city'"),
        (lambda f: f.assign(city=[f"c{n}" for n in range(len(f))]), "'city' has 2,000 values that the contract"),
        (lambda f: f.assign(city="Basel"), "`city -> region` does not hold in"),
        (lambda f: pd.concat([f, f[["price"]]], axis=1), "several columns are called 'price'"),
        (lambda f: f.assign(end=f.end.dt.tz_localize("Europe/Zurich")), "`start <= end` does not hold"),
        (lambda f: f.assign(start="yesterday"), "not times (ISO 8601) in 2,000 of 2,000 (100%) rows ('yesterday')"),
        (lambda f: f.assign(city=[{"a": 1}] * len(f)), "not categories in 2,000"),
        (lambda f: f.assign(price=f.price + 1j), "column 'price' has values that are not numbers"),
        (lambda f: pd.DataFrame(), "column 'trip_id' is missing"),
        (lambda f: np.zeros((3, 2)), "column '0' is not in the contract"),
    ],
)  # fmt: skip
def test_odd_data_get_an_answer(inferred, change, said):
    """Never a traceback: the sentence says which column and what is wrong with it."""
    checked = inferred.check(change(trips(2)))
    assert said in str(checked)
    assert (checked.state == "ok") == (not checked.violations)


def test_what_is_no_dataset_is_refused(inferred, tmp_path):
    """Numbers, files that are not there, that hold something else, or lie nowhere."""
    with pytest.raises(ProfileError):
        inferred.check(None)
    with pytest.raises(ContractError, match="there is no file"):
        inferred.check(tmp_path / "none.parquet")
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"a,b\n1,2\n1,2,3\n")
    with pytest.raises(ContractError, match=r"broken\.csv cannot be read: .* line 3"):
        inferred.check(broken)
    with pytest.raises(ContractError, match="neither CSV nor Parquet"):
        inferred.check(__file__)
    with pytest.raises(ContractError, match="cannot be read"):
        inferred.check("http://127.0.0.1:9/x.csv")


def test_examples_hold_no_secrets(inferred):
    """A key of a cloud, and the values of a column that is called like a password, are masked."""
    text = str(inferred.check(trips(2).assign(region="AKIAIOSFODNN7EXAMPLE")))
    assert "AKIA" not in text
    assert "[masked]" in text
    made = parse_contract("contract: c\ncolumns: {password: {type: integer}}")
    assert "hunter2" not in str(made.check(pd.DataFrame({"password": ["hunter2"]})))


def test_an_answer_is_true_where_nothing_blocks(inferred):
    """It can be required, told as JSON, and its violations begin with those that block."""
    frame = trips(2)
    assert inferred.check(frame).require().state == "ok"
    odd = inferred.check(frame.assign(extra=1))
    assert (bool(odd), odd.state, odd.require().violations[0].enforce) == (True, "warn", "warn")
    checked = inferred.check(frame.assign(extra=1, price="a"))
    assert [one.enforce for one in checked.violations] == ["block", "warn"]
    with pytest.raises(ContractViolated, match="contract trips v1: column 'price'") as caught:
        checked.require()
    assert len(caught.value.objections) == 1
    wire = checked.to_wire()
    assert (wire["ok"], wire["violations"][0]["share"]) == (False, 1.0)
