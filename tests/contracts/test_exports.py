"""What other tools understand of a contract is what it says, and what they cannot is said so."""

from __future__ import annotations

import warnings

import pandas as pd
import pandera.pandas as pa
import pytest
import yaml

from nbops.contracts.contract import Contract, contract
from nbops.contracts.exports.odcs import odcs, odcs_text
from nbops.contracts.exports.pandera import from_pandera, left_out, pandera_text
from nbops.contracts.read_contract import parse_contract
from nbops.errors import ContractError
from trips import trips


@pytest.fixture(scope="module")
def inferred() -> Contract:
    """The contract of one batch of trips."""
    return contract(trips(1), "trips", time="start")


def test_pandera_passes_what_the_contract_passes_and_refuses_what_it_blocks(inferred):
    """On the object, and on the code and the YAML that stand for it."""
    frame = trips(2)
    space: dict[str, object] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(pandera_text(inferred, form="python"), space)  # it is code that was written a line above
        schemas = [inferred.to_pandera(), space["schema"], pa.DataFrameSchema.from_yaml(pandera_text(inferred))]
        for schema in schemas:
            assert len(schema.validate(frame, lazy=True)) == len(frame)
            for broken in (frame.drop(columns="fee"), frame.assign(price="a"), frame.assign(trip_id=1)):
                with pytest.raises(pa.errors.SchemaErrors):
                    schema.validate(broken, lazy=True)
    with pytest.warns(UserWarning, match="isin"):
        schemas[0].validate(frame.assign(city="Genf"))


def test_what_pandera_cannot_say_stands_on_top(inferred):
    """Shares, relations, rows, freshness, lengths."""
    text = pandera_text(inferred)
    assert "# Not in it: `price + fee == total`." in text
    more = "contract: c\ncolumns: {t: {type: time, fresh: 1d}, v: {type: vector, length: 2}}"
    assert [*left_out(parse_contract(more))] == ["column 't': how fresh it is", "column 'v': the length of its vectors"]


def test_a_contract_comes_back_from_pandera(inferred, tmp_path):
    """From the object, the text and the file alike; types, ranges, values, keys and what blocks."""
    path = tmp_path / "trips.yaml"
    path.write_text(pandera_text(inferred))
    made = from_pandera(path)
    assert made == from_pandera(path.read_text(), "trips") == from_pandera(inferred.to_pandera(), "trips")
    told = {name: (terms.type, terms.range, terms.values, terms.unique) for name, terms in made.columns.items()}
    assert told == {name: (one.type, one.range, one.values, one.unique) for name, one in inferred.columns.items()}
    assert made.check(trips(2))

    class Orders(pa.DataFrameModel):
        """A model, as people write it."""

        order: int = pa.Field(unique=True)
        status: str = pa.Field(isin=["new", "paid"])
        amount: float = pa.Field(ge=0, nullable=True)
        at: pd.Timestamp

    model = from_pandera(Orders)
    assert {name: terms.type for name, terms in model.columns.items()} == {
        "order": "integer", "status": "category", "amount": "number", "at": "time",
    }  # fmt: skip
    assert (model.columns["amount"].range, model.columns["amount"].missing) == ((0, None), None)
    frame = pd.DataFrame({"order": [1, 1], "status": ["new", "old"], "amount": [-1.0, None], "at": pd.Timestamp(0)})
    assert {one.rule for one in model.check(frame).violations} == {"unique", "values", "range"}
    assert not model.check(frame)


def test_what_is_no_schema_is_refused(tmp_path):
    """A sentence for each: another check, another type, code, another YAML, no file."""
    with pytest.raises(ContractError, match="'x' has the check 'str_matches', for which a contract has no rule"):
        from_pandera(pa.DataFrameSchema({"x": pa.Column(str, pa.Check.str_matches("a"))}))
    with pytest.raises(ContractError, match="complex128, which a contract has no word for"):
        from_pandera(pa.DataFrameSchema({"x": pa.Column(complex)}))
    code = tmp_path / "schema.py"
    code.write_text("raise SystemExit")
    with pytest.raises(ContractError, match="is code, and is not executed"):
        from_pandera(code)
    for text in ("a: [", "a: 1\nb: 2\n"):
        with pytest.raises(ContractError):
            from_pandera(text + "\n")
    with pytest.raises(ContractError, match="there is no file"):
        from_pandera("none.yaml")
    with pytest.raises(ContractError, match="DataFrame is no pandera schema"):
        from_pandera(pd.DataFrame())


def test_the_open_standard_holds_every_rule(inferred):
    """Types, keys and sensitive columns in its words; shares in per cent; relations as checks of our own."""
    told = yaml.safe_load(odcs_text(inferred))
    assert (told["kind"], told["apiVersion"], told["version"]) == ("DataContract", "v3.1.0", "1")
    (table,) = told["schema"]
    columns = {one["name"]: one for one in table["properties"]}
    assert columns["trip_id"] == {"name": "trip_id", "logicalType": "integer", "required": True, "unique": True}
    assert columns["email"]["classification"] == "restricted"
    (missing, values) = columns["city"]["quality"]
    assert (missing["metric"], missing["mustBeLessOrEqualTo"], missing["unit"]) == ("nullValues", 1.0, "percent")
    assert values["arguments"]["validValues"] == ["Aarau", "Basel", "Chur", "Davos"]
    rules = [one["implementation"].get("rule") for one in table["quality"]]
    assert rules == [None, "price + fee == total", "start <= end", "city -> region"]
    more = "contract: c\nrows: {range: [1, 9]}\ncolumns: {t: {type: time, fresh: 2h}}\nunique: [[t, u]]"
    told = odcs(parse_contract(more))
    assert told["slaProperties"] == [{"property": "latency", "value": 2.0, "unit": "h", "element": "c.t"}]
    assert [one["metric"] for one in told["schema"][0]["quality"]] == ["rowCount", "duplicateValues"]
