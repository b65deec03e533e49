"""A contract that is inferred again keeps what people decided, and its version tells of every change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbops.contracts.contract import Contract, contract
from nbops.contracts.diff_contracts import diff_contracts
from nbops.contracts.find_contract import contracts_for, find_contract
from nbops.contracts.save_contract import save_contract
from nbops.contracts.terms import Relation
from nbops.errors import ContractError
from nbops.workspace import Workspace, open_workspace
from trips import trips


@pytest.fixture
def place(tmp_path) -> Workspace:
    """A project without anything in it."""
    (tmp_path / "pyproject.toml").write_text("")
    return open_workspace(tmp_path)


def test_the_version_rises_only_where_something_has_changed(place):
    """The same data leave the file alone, other data write version 2 and say what is new."""
    first = save_contract(contract(trips(1), "trips"), None, place)
    assert (first.path, first.sentence) == (place.project / "contracts" / "trips.yaml", "contracts/trips.yaml written")
    before = first.path.stat().st_mtime_ns
    again = save_contract(contract(trips(1), "trips"), None, place)
    assert (again.changes, first.path.stat().st_mtime_ns) == ((), before)
    frame = trips(1)
    changed = save_contract(contract(frame.assign(fee=frame.fee * 2, city="Genf"), "trips"), None, place)
    assert changed.contract.version == Contract.read(first.path).version == 2
    assert "is version 2 now" in changed.sentence
    assert "column 'city': values [Aarau, Basel, Chur, Davos] is gone" in changed.changes
    assert "relation `price + fee == total` is gone" not in changed.changes


def test_what_people_decided_stays(place):
    """What is enforced, sensitive and fresh, keys and relations of their own, description, place."""
    made = contract(trips(1), "trips")
    columns = dict(made.columns)
    columns["price"] = replace(columns["price"], enforce={"*": "block"})
    columns["city"] = replace(columns["city"], sensitive=True, values=None, new_values=0.0)
    columns["start"] = replace(columns["start"], fresh=7200.0)
    own = Relation("price > 0", enforce="block")
    decided = replace(
        made, columns=columns, relations=(*made.relations, own), keys=(("trip_id", "start"),), description="Taxis",
        location="data/trips.csv", unknown_columns="block",
    )  # fmt: skip
    decided.write(place.project / "contracts" / "trips.yaml")
    assert save_contract(contract(trips(1), "trips"), None, place).contract == decided
    frame = trips(1).drop(columns="tip")
    saved = save_contract(contract(frame, "trips"), None, place)
    assert saved.changes == ("column 'tip' is gone",)
    assert saved.contract.relations == decided.relations


def test_differences_are_sentences():
    """Of columns, their rules, rows, keys, relations and the rest; the version is none."""
    made = contract(trips(1), "trips")
    assert diff_contracts(made, replace(made, version=9)) == []
    price = replace(made.columns["price"], range=(0, 50), missing=None)
    city = replace(made.columns["city"], values=("Aarau", "Genf"))
    other = replace(
        made, columns={**made.columns, "price": price, "city": city, "x": price}, relations=made.relations[1:],
        keys=(("a", "b"),), description="Taxis",
    )  # fmt: skip
    assert diff_contracts(made, other) == [
        "column 'price': range [0, 110] → [0, 50]",
        "column 'price': missing <= 1% is gone",
        "column 'city': values +Genf -Basel -Chur -Davos",
        "column 'x' is new: type number, range [0, 50], outside <= 1%",
        "key `a, b` is new",
        "relation `price + fee == total` is gone",
        "description nothing → Taxis",
    ]


def test_a_contract_is_found_by_name_path_and_data(place):
    """With a near match where there is none; the location is meant from the project, the data's from the code."""
    path = save_contract(replace(contract(trips(1), "trips"), location="data/t.csv"), None, place).path
    assert find_contract("trips", place) == find_contract("contracts/trips.yaml", place) == find_contract(path, place)
    with pytest.raises(ContractError, match="no contract 'tripz'") as caught:
        find_contract("tripz", place)
    assert caught.value.hint == "did you mean 'trips'?"
    assert [one.name for _, one in contracts_for("../data/t.csv", place.project / "notebooks", place)] == ["trips"]
    assert contracts_for("data/t.csv", place.project / "notebooks", place) == []
    assert contracts_for("s3://data/t.csv", place.project, place) == []
