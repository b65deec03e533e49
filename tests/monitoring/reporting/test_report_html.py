"""The page of a drift report: whole, safe, readable without anything beside it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from nbops.cli import main
from nbops.monitoring import drift
from nbops.monitoring.judging.report import DriftReport, Side, WindowDrift
from nbops.monitoring.reporting.heat_strip import heat_strip
from nbops.monitoring.reporting.report_html import report_html
from nbops.monitoring.reporting.shape import shape
from nbops.profiles import profile
from nbops.widgets.drift_view import drift_view

EVIL = "<script>alert(1)</script>"


def _page(report, **options):
    return report_html(report, *report.profiles, **options)


@pytest.fixture(scope="module")
def moved(orders, reference):
    """Forty days in which amounts rose and Zug appeared."""
    late = orders[orders["at"] >= "2024-04-10"]
    city = late["city"].where(np.arange(len(late)) % 10 != 0, "Zug")
    return drift(late.assign(amount=late["amount"] * 1.6, city=city), reference)


def test_the_page_tells_state_windows_columns_and_promise(moved):
    """State, heat strip, pictures of what moved, the promise; no script and nothing that would be loaded."""
    page = _page(moved)
    assert "alert" in page
    assert f"of {len(moved.windows)} windows beyond the limit" in page
    assert page.count('stroke-linejoin="round"') >= 1
    assert "all others" in page
    assert moved.promise.split(",")[0] in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_the_numbers_can_be_taken_away(moved):
    """The links hold a CSV with a line for each column, and the report as JSON."""
    found = dict(re.findall(r'href="data:([a-z/]+);charset=utf-8;base64,([^"]+)"', _page(moved)))
    lines = base64.b64decode(found["text/csv"]).decode().splitlines()
    assert len(lines) == 1 + len(moved.columns)
    assert json.loads(base64.b64decode(found["application/json"]))["state"] == "alert"


def test_names_and_labels_never_become_markup():
    """A column and a label that are called like a script arrive as text, in the page and in the notebook."""
    random = np.random.default_rng(0)
    frame = pd.DataFrame({EVIL: random.choice([EVIL, "b"], 400), "=1+1": random.normal(size=400)})
    changed = pd.DataFrame({EVIL: random.choice([EVIL, "b"], 400, p=[0.9, 0.1]), "=1+1": random.normal(size=400)})
    report = drift(changed, frame)
    page = _page(report)
    for html in (page, drift_view(report).html):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    table = base64.b64decode(re.findall(r'text/csv;charset=utf-8;base64,([^"]+)"', page)[0]).decode()
    assert "'=1+1" in table


def test_hidden_columns_show_no_value(moved):
    """Neither pictures, sentences, CSV nor JSON tell a label of a hidden column, but how far it moved they do."""
    page = _page(moved, hidden={"city"})
    whole = page + "".join(base64.b64decode(part).decode() for part in re.findall(r'base64,([^"]+)"', page))
    assert "Zug" in _page(moved)
    assert not [name for name in ("Bern", "Genf", "Chur", "Zug") if name in whole]
    assert "its values are not shown" in page


def test_rare_labels_are_not_drawn():
    """A label of fewer than ten rows on both sides has no bar of its own, and no axis ends at a single row's value."""
    frame = pd.DataFrame({"who": ["many"] * 200 + ["often"] * 100 + ["Ada"] * 5, "pay": [*range(304), 1e9]})
    one = profile(frame)
    told = shape(one.columns["who"], one.columns["who"])
    assert "Ada" not in told.labels
    assert told.rest == pytest.approx((5 / 305, 5 / 305))
    paid = shape(one.columns["pay"], one.columns["pay"])
    assert paid.edges[-1] < 305
    assert sum(paid.before) == pytest.approx(1)


@pytest.mark.parametrize("windows", [(), (WindowDrift("2024-01-01", 9, 0.5, exceeded=False),)])
def test_without_a_row_of_windows_there_is_no_strip(windows):
    """No window, or a single one, has nothing to stand beside."""
    assert heat_strip(windows) is None


def test_unknown_states_and_two_hundred_columns_are_shown():
    """Too few rows are `unknown`; a wide table names every column."""
    random = np.random.default_rng(1)
    wide = pd.DataFrame({f"c{place:03}": random.normal(size=300) for place in range(200)})
    assert all(f"c{place:03}" in _page(drift(wide, wide)) for place in (0, 99, 199))
    few = drift(wide.iloc[:5, :3], wide.iloc[:, :3])
    assert few.state == "unknown"
    assert "unknown" in _page(few)
    assert "unknown" in drift_view(few).html
    strange = replace(WindowDrift("2024-01-01", 9, float("nan"), exceeded=False), state="odd")
    assert "odd" in str(heat_strip((strange, strange)))


def test_the_notebook_draws_what_moved_and_a_stored_report_does_not(moved):
    """With profiles the view has pictures; a report without them keeps its sentences."""
    assert "<svg" in drift_view(moved).html
    assert "shares of the rows before" in drift_view(moved).html
    bare = replace(moved, profiles=None)
    assert "shares of the rows before" not in drift_view(bare).html
    assert "Zug" in drift_view(bare).html
    empty = DriftReport("unknown", Side("a", 0), Side("b", 0), {})
    assert "nothing could be judged" in drift_view(empty).html


def test_drift_writes_a_page_on_demand(tmp_path, monkeypatch):
    """`nbops drift --html FILE` writes the page, in which what a contract calls sensitive has no values."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("")
    frame = pd.DataFrame({"group": ["crimson", "azure"] * 200, "x": range(400)})
    frame.to_csv("a.csv", index=False)
    frame.assign(group="crimson").to_csv("b.csv", index=False)
    given = ["drift", "--current", "b.csv", "--reference", "a.csv", "--html", "out/page.html"]
    runner = CliRunner()
    assert runner.invoke(main, given).exit_code == 3
    assert ">azure<" in (tmp_path / "out/page.html").read_text()
    made = runner.invoke(main, ["contract", "infer", "a.csv", "--sensitive", "group"])
    assert made.exit_code == 0, made.output
    assert runner.invoke(main, given).exit_code == 3
    assert "azure" not in (tmp_path / "out/page.html").read_text()
