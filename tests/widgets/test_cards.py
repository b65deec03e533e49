"""The card under a tracked cell."""

from __future__ import annotations

import re
from dataclasses import replace

from nouns import CARD, EVIL

from nbops.capture.journal.records import RunClosed, RunOpened
from nbops.widgets.blocks_line import blocks_line
from nbops.widgets.card import card_of_records
from nbops.widgets.run_card import run_card


def test_the_text_is_one_line_with_what_matters():
    """Name, metrics, parameters that the name does not tell, model, duration."""
    assert run_card(CARD).text == (
        "nbops ✓ LogisticRegression C=0.5 · accuracy 0.9132, auc 0.87, f1 0.5, +2 more · max_iter=200 · "
        "LogisticRegression · 3 s"
    )


def test_the_html_is_closed_until_opened():
    """One `<details>` without `open`, everything else inside it."""
    html = run_card(CARD).html
    assert html.count("<details>") == 1
    summary, _, inside = html.partition("</summary>")
    assert "accuracy 0.9132" in summary
    for told in ("precision 0.42", "from [3]", "80,789 rows", "by reference", "figures/roc.png", "n_train 80,789"):
        assert told not in summary
        assert told in inside


def test_nothing_that_a_user_names_becomes_markup():
    """Names, values, errors, warnings and code arrive as text."""
    card = replace(
        CARD,
        name=EVIL,
        parameters={EVIL: EVIL},
        metrics={EVIL: 1.0},
        models={EVIL: EVIL},
        datasets=({"name": EVIL, "rows": 1},),
        artifacts=(EVIL,),
        warnings=(EVIL,),
        error=EVIL,
    )
    html = run_card(card, source=EVIL, more=[(EVIL, EVIL)]).html
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("&lt;script&gt;") >= 9


def test_no_script_no_stylesheet_no_link():
    """The card shows the same in viewers that strip what is active."""
    assert set(re.findall(r"<(\w+)", run_card(CARD).html)) <= {
        "div",
        "details",
        "summary",
        "span",
        "table",
        "tbody",
        "tr",
        "td",
    }


def test_a_failure_says_so_and_why():
    """Status and exception stand in the line; parameters make room."""
    text = run_card(replace(CARD, status="FAILED", error="ValueError: no rows", metrics={})).text
    assert "✗" in text
    assert "failed · ValueError: no rows" in text
    assert "max_iter" not in text


def test_warnings_and_pending_are_told():
    """What could not be recorded stands below the line, what waits in it."""
    told = run_card(replace(CARD, warnings=("loss is NaN",), pending=2))
    assert "2 pending" in told.text
    assert told.text.endswith("\n  ! loss is NaN")
    assert "⚠ loss is NaN" in told.html


def test_an_empty_cell_gets_one_hint():
    """A cell with only imports is told where %%track belongs."""
    assert run_card(replace(CARD, empty=True, metrics={}, models={})).text.count("put %%track on the cell") == 1


def test_two_equal_runs_have_equal_cards():
    """No times and no ids are shown: running a notebook again changes nothing in its saved cards."""
    cards = [
        card_of_records(
            RunOpened(run=str(number) * 32, session=f"s{number}", time=number * 1e9),
            RunClosed(
                run=str(number) * 32, status="FINISHED", time=number * 1e9, duration=number / 10, metrics={"a": 1.0}
            ),
        )
        for number in (1, 2)
    ]
    first, second = (run_card(card) for card in cards)
    assert first.text == second.text
    assert first.html == second.html


def test_names_fall_back_to_what_changed():
    """Without a name of the user's, the suggested one is shown, and an exception as one sentence."""
    opened = RunOpened(run="a", session="s", time=0.0)
    error = {"ename": "ValueError", "evalue": "bad", "traceback": None}
    closed = RunClosed(run="a", status="FAILED", time=0.0, suggested_name="Ridge alpha=2", error=error)
    card = card_of_records(opened, closed)
    assert (card.name, card.error) == ("Ridge alpha=2", "ValueError: bad")


def test_many_blocks_are_one_line():
    """Thirty runs of a loop show their number, the range of each metric and their failures."""
    cards = [replace(CARD, name=f"C={step}", metrics={"auc": step / 10}) for step in range(1, 4)]
    told = blocks_line([*cards, replace(CARD, name="C=9", status="FAILED", metrics={})])
    assert told.text.startswith("nbops ✗ 4 runs · 1 failed · auc 0.1 to 0.3")
    assert told.html.count("<details>") == 1
    assert blocks_line(cards[:1]) == run_card(cards[0])
