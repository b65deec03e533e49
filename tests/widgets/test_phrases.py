"""Numbers, times and lists in few characters."""

from __future__ import annotations

import pytest

from nbops.markup import Markup, separated, tag, together
from nbops.widgets.phrases import aligned, counted, listed, moment, number, pairs, short, took


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.91324, "0.9132"), (336_776, "336,776"), (1.0, "1"), (1e-7, "1e-07"), (True, "True"), (2.5e12, "2.5e+12")],
)
def test_number(value, shown):
    """Thousands are grouped, the rest has four significant digits."""
    assert number(value) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.2, "< 1 s"), (3.4, "3 s"), (60, "1 min"), (130, "2 min 10 s"), (7200, "2 h"), (7261, "2 h 1 min")],
)
def test_took(seconds, shown):
    """Durations are coarse."""
    assert took(seconds) == shown


def test_words():
    """Plurals and lists read as a person writes them."""
    assert [counted(1, "run"), counted(2_000, "run"), counted(2, "entry"), counted(2, "day")] == [
        "1 run",
        "2,000 runs",
        "2 entries",
        "2 days",
    ]
    assert [listed([]), listed("a"), listed("abc")] == ["", "a", "a, b and c"]
    assert pairs({"a": 1, "b": 2.50, "c": "x"}, 2) == ["a=1", "b=2.5", "+1 more"]


def test_short_stays_on_one_line():
    """Long and many-lined values are cut."""
    assert short("a\n b") == "a b"
    assert short("x" * 100, 10) == "x" * 9 + "…"


def test_moment_takes_what_documents_hold():
    """Seconds and ISO texts of the same moment read the same; none is nothing."""
    assert moment(1_385_000_000.0) == moment("2013-11-21T02:13:20+00:00")
    assert moment(None) == ""


def test_aligned_columns_stand_below_each_other():
    """Rows become lines with equal columns."""
    assert aligned([["a", "b"], ["long", "c"]]) == "a     b\nlong  c"
    assert aligned([]) == ""


def test_text_is_escaped_and_markup_is_not():
    """Only what `tag` built passes as HTML, also in attributes."""
    assert tag("b", "<i>", title='"x"') == '<b title="&quot;x&quot;">&lt;i&gt;</b>'
    assert together(tag("i", 1), "&", None) == "<i>1</i>&amp;"
    assert separated(["<", "", Markup("<hr>")], " & ") == "&lt; &amp; <hr>"
