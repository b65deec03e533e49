# ruff: noqa: FBT003 # the nouns as they are
"""Contracts and answers as cards: what people named is text, never markup."""

from __future__ import annotations

from nouns import EVIL

from nbops.contracts.contract import Contract
from nbops.contracts.terms import Relation, RowTerms, Terms
from nbops.contracts.violation import Checked, Violation
from nbops.widgets.checked_view import checked_view
from nbops.widgets.contract_view import contract_view

CONTRACT = Contract(
    "trips",
    3,
    {
        "fare": Terms("number", range=(0, None), missing=0.01),
        "city": Terms("category", values=("A", EVIL), sensitive=True, enforce={"*": "warn"}),
        EVIL: Terms(),
    },
    RowTerms(range=(1, 10)),
    (("fare", "city"),),
    (Relation("a <= b", 0.01),),
    location="data/trips.csv",
)
VIOLATIONS = (
    Violation("fare", "range", "block", 12, 100, (EVIL,), f"column 'fare' lies outside of 0 to 9 ({EVIL})"),
    Violation("", "rows", "warn", 1, 0, (), "there is 1 row"),
)
CHECKED = Checked(False, VIOLATIONS, "alert", "trips", 3, EVIL, 100, 9, ("something was not checked",))


def test_a_contract_is_a_table_of_its_columns():
    """Range, values, missing and the rest in a line each; what holds of several columns below."""
    lines = contract_view(CONTRACT).text.splitlines()
    assert lines[0].startswith("contract trips v3: ")
    assert lines[0].endswith("on 3 columns, of data/trips.csv")
    assert [line.split() for line in lines if line.split()[:1] == ["fare"]] == [
        ["fare", "number", "0", "to", "…", "<=", "1%"]
    ]
    assert any("sensitive, enforce warn" in line for line in lines)
    assert lines[-3:] == ["  a <= b, <= 1%", "  fare, city unique together", "  rows range [1, 10]"]


def test_an_answer_names_what_blocks_first_and_what_was_not_checked():
    """With rule, sentence and rows; many violations are counted, not listed."""
    text = checked_view(CHECKED).text
    assert text.index("✗  range") < text.index("!  rows") < text.index("· something was not checked")
    many = Checked(False, VIOLATIONS[:1] * 50, "alert", "trips")
    assert checked_view(many).text.endswith("… and 30 more violations")
    assert "50 violations" in checked_view(many).html
    healthy = checked_view(Checked(True, (), "ok", "trips", 1, "june", 5, 3))
    assert "ok: june (5 rows) against trips v1, 3 rules: no violation" in healthy.text


def test_nothing_that_people_named_becomes_markup():
    """Names, values and sentences alike."""
    for rendering in (contract_view(CONTRACT), checked_view(CHECKED)):
        assert "<script" not in rendering.html
        assert "<img" not in rendering.html
