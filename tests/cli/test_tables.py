"""Tables that line up, cut where they must be."""

from __future__ import annotations

import time

from nbops.cli import tables
from nbops.cli.tables import ago, facts, figures, span, table


def test_columns_line_up_and_numbers_stand_right():
    """One glance down a column compares its values."""
    text = table(("name", "rows"), [("a", 5), ("long name", 12345)])
    assert text.splitlines() == ["name        rows", "a              5", "long name  12345"]


def test_long_cells_are_cut_with_a_mark():
    """A cell never wraps a line; what is missing is marked."""
    line = table(("x", "y"), [("a" * 500, 1)]).splitlines()[1]
    assert "…" in line
    assert len(line) < 80


def test_line_breaks_cannot_break_the_table():
    """Names come from people."""
    assert len(table(("x",), [("a\nb\tc",)]).splitlines()) == 2


def test_terminal_width_is_kept(monkeypatch):
    """On a terminal the widest columns give way until the line fits."""
    monkeypatch.setattr(tables.sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "50")
    text = table(("run", "parameters", "metrics"), [("12345678", "p" * 60, "m" * 60)])
    assert max(map(len, text.splitlines())) <= 50
    assert "12345678" in text


def test_nothing_is_said_about_nothing():
    """Facts without a value take no line."""
    assert facts([("a", 1), ("b", None), ("c", ""), ("long", 2.5)]) == "a     1\nlong  2.5"


def test_words_for_figures_times_and_sizes():
    """The units people read."""
    assert figures({"auc": 0.123456789, "n": 3}) == "auc=0.123457 n=3"
    assert [span(value) for value in (None, 0.0041, 2.04, 75, 7384)] == [
        "–",
        "4 ms",
        "2.0 s",
        "1 min 15 s",
        "2 h 3 min",
    ]
    assert [ago(time.time() - past) for past in (1, 120, 7300)] == ["just now", "2 min ago", "2 h ago"]
