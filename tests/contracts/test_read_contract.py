"""A contract is read strictly: what is unknown or does not fit is refused with its line, its place and a near match."""

from __future__ import annotations

import pandas as pd
import pytest

from nbops.contracts.contract import Contract, contract
from nbops.contracts.find_contract import find_contract
from nbops.contracts.read_contract import parse_contract
from nbops.contracts.relation import broken_rows, read_relation
from nbops.errors import ContractError
from nbops.workspace import open_workspace
from trips import trips

WHOLE = """\
contract: trips
version: 3
data: data/trips.parquet
description: 'Trips: all of them'
rows: {per_window: [10, 90], window: 6h, time: start, enforce: block}
columns:
  'on':     {type: integer, unique: true, missing: 0}
  start:    {type: time, range: ['2024-01-01', null], outside: <= 1%, missing: 0, fresh: 2d}
  price €:  {type: number, range: [0, 110.5], outside: <= 0.5%, infinite: true, enforce: warn}
  code:     {type: category, values: [007, no, 'null'], new_values: <= 1%, enforce: {values: block, missing: warn}}
  vector:   {type: vector, length: 3}
  anything: {missing: <= 20%, sensitive: true}
unique:
  - [start, code]
relations:
  - {rule: code -> vector, broken: <= 1%, enforce: block}
  - '`price €` > 0'
unknown_columns: block
"""


def test_what_is_written_is_read_again(tmp_path):
    """To the letter, odd names and values included; also what was inferred."""
    made = parse_contract(WHOLE)
    assert made.columns["code"].values == ("007", "no", "null")
    assert made.columns["on"].unique
    assert parse_contract(made.to_yaml()) == made
    assert Contract.read(made.write(tmp_path / "sub" / "trips.yaml")) == made
    inferred = contract(trips(1), time="start")
    assert parse_contract(inferred.to_yaml()) == inferred
    odd = {
        "price": "p" * 200,
        "fee": "a:\n{b}",
        "tip": "ä\n'x'",
        "city": "",
        "paid": "null",
        "total": "class",
        "region": "`",
    }
    long = contract(trips(1).replace("Chur", "C\nhur: #").rename(columns=odd))
    assert parse_contract(long.to_yaml()) == long


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("", "is empty", "contract: NAME"),
        ("[1, 2]", "names with values are wanted", ""),
        ("contract: [", "is not YAML", None),
        ("columns: {}", "does not say what it is called", "contract: NAME"),
        ("contract: c\ncolums: {}", "line 2: there is no key 'colums'", "did you mean 'columns'?"),
        ("contract: c\nversion: two", "line 2 (version): 'two' is not a whole number", None),
        ("contract: c\nversion: 0", "a whole number from 1", None),
        ("contract: c\ncolumns:\n  x: {tipe: integer}", "line 3 (columns.x): there is no rule", "did you mean 'type'?"),
        ("contract: c\ncolumns: {x: {type: int}}", "(columns.x.type): 'int' is none", "did you mean 'integer'?"),
        ("contract: c\ncolumns: {x: {type: text, range: [0, 1]}}", "`range` is for integer and number and time", None),
        ("contract: c\ncolumns: {x: {type: number, range: [0]}}", "a range has two ends, not 1", None),
        ("contract: c\ncolumns: {x: {type: number, range: [2, 1]}}", "ends before it begins: 2 > 1", None),
        ("contract: c\ncolumns: {x: {type: number, range: [a, 1]}}", "'a' is no number", None),
        ("contract: c\ncolumns: {x: {type: time, range: [soon, null]}}", "'soon' is no time", None),
        ("contract: c\ncolumns: {x: {missing: many}}", "(columns.x.missing): 'many' is no share", "<= 1%"),
        ("contract: c\ncolumns: {x: {missing: 120%}}", "'120%' is no share", None),
        ("contract: c\ncolumns: {x: {outside: 1%}}", "`outside` limits `range`, which is not there", None),
        ("contract: c\ncolumns: {x: {type: time, fresh: soon}}", "'soon' is no length of time", "30min"),
        ("contract: c\ncolumns: {x: {unique: maybe}}", "'maybe' is not true or false", None),
        ("contract: c\ncolumns: {x: {enforce: blok}}", "'blok' is none of block, warn", "did you mean 'block'?"),
        ("contract: c\ncolumns: {x: {enforce: {rang: warn}}}", "there is no rule 'rang'", "did you mean 'range'?"),
        ("contract: c\ncolumns: {x: {}, x: {}}", "'x' stands there twice", None),
        ("contract: c\ncolumns: {x: 7}", "(columns.x): names with values are wanted", None),
        ("contract: c\nrows: {per_window: [1, 2]}", "need the column that says when", "time:"),
        ("contract: c\nrows: {per_window: [1, 2], time: t, window: 3 moons}", "(rows.window)", None),
        ("contract: c\nunique: [[a]]", "names at least two", None),
        ("contract: c\nunknown_columns: maybe", "'maybe' is none of warn, block, allow", None),
        ("contract: c\nrelations: ['__import__(1) == a']", "(relations[0])", "start <= end"),
        ("contract: c\nrelations: ['a < b < c']", "is no comparison of columns", None),
        ("contract: c\nrelations: ['1 < 2']", "names no column", None),
        ("contract: c\nrelations: ['a -> b.c']", "is no relation", None),
        ("contract: c\nrelations: [{enforce: warn}]", "it has no rule", None),
        ("contract: !!python/object/apply:os.system [x]", "a text is wanted here", None),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(text, said, hint):
    """With the line, the place, and what it may have meant to be."""
    with pytest.raises(ContractError) as caught:
        parse_contract(text, "trips.yaml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("trips.yaml")
    if hint:
        assert hint in str(caught.value.hint)


def test_a_file_that_is_not_there_or_no_text(tmp_path):
    """Is a sentence, too."""
    with pytest.raises(ContractError, match="there is no contract"):
        Contract.read(tmp_path / "none.yaml")
    (tmp_path / "odd.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContractError, match="cannot be read"):
        Contract.read(tmp_path / "odd.yaml")


@pytest.mark.parametrize(
    "line",
    [
        "range: [!!int '', 1]", "range: [!!float '', 1]", "unique: !!bool maybe", "range: [!!timestamp x, 1]",
        "range: [!!int '-', 1]", f"range: [0x{'f' * 9000}, null]", "range: [!!python/name:os.system '', 1]",
    ],
)  # fmt: skip
def test_tags_that_lie_and_numbers_without_end_are_refused(line):
    """With the line they stand in, as anything else that cannot be read."""
    with pytest.raises(ContractError, match=r"the contract, line 4 \(columns\.a\.\w+\): .* cannot be read"):
        parse_contract(f"contract: x\ncolumns:\n  a: {{type: number,\n    {line}}}\n")


def test_a_range_of_times_ends_after_it_begins():
    """Times are compared as times, however they are written."""
    with pytest.raises(ContractError, match="ends before it begins"):
        parse_contract("contract: x\ncolumns: {t: {type: time, range: ['2026-12-02', '2026-2-10']}}\n")


@pytest.mark.parametrize(
    "rule", ["ﬁ <= x", "-" * 100_000 + "a <= b", "+".join(["a"] * 20_000) + " <= b", f"a <= 0x{'f' * 5000}"]
)
def test_relations_beyond_all_measure_are_refused(rule):
    """With a sentence, never with a crash of the parser."""
    with pytest.raises(ContractError):
        read_relation(rule)


def test_a_column_may_be_called_as_a_placeholder_would_be():
    """It is not taken for the one between backticks: the rule would hold whatever the data are."""
    rule = read_relation("`a b` <= column_0_")
    assert rule.columns == ("a b", "column_0_")
    broken, _ = broken_rows(rule, pd.DataFrame({"a b": [1, 5], "column_0_": [2, 2]}))
    assert broken.tolist() == [False, True]


@pytest.mark.parametrize("ref", ["a" * 300, "~nobody-is-called-so/x", "../../nothing"])
def test_a_name_that_no_file_can_have_is_no_contract(ref, tmp_path):
    """It is said that there is none; nothing crashes."""
    with pytest.raises(ContractError, match="there is no contract"):
        find_contract(ref, open_workspace(tmp_path))


def test_a_length_without_end_is_none():
    """So many digits mean nothing, and could not be written again."""
    with pytest.raises(ContractError, match="no length of time"):
        parse_contract(f"contract: x\ncolumns: {{t: {{type: time, fresh: {'9' * 400}d}}}}\n")
