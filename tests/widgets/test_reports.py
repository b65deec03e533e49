# ruff: noqa: FBT003 # the nouns as they are
"""Drift reports and promotions."""

from __future__ import annotations

from pathlib import Path

import pytest
from nouns import EVIL

from nbops.monitoring.judging.report import ColumnDrift, DriftReport, Side, WindowDrift
from nbops.pipelines.promoted_cell import PromotedCell
from nbops.pipelines.promotion import Promotion
from nbops.pipelines.verifying.comparison import Comparison
from nbops.widgets.drift_view import drift_view
from nbops.widgets.promotion_view import promotion_view

COLUMNS = (
    ColumnDrift("wind", "number", "feature", False, "JS distance", 0.05, 0.07, "wind: median 9 → 9.2"),
    ColumnDrift("temp", "number", "feature", True, "new values", 0.9, 0.1, "temp: median 38 → 74"),
    ColumnDrift("empty", "empty", "feature", False, finding="was empty", sentence="empty: has no value on either side"),
)
REPORT = DriftReport(
    "alert",
    Side("winter", 80_789, "2013-01-01", "2013-03-31T23:45"),
    Side("june", 28_243, "2013-06-01", "2013-06-30"),
    {column.name: column for column in COLUMNS},
    windows=(WindowDrift("2013-06-01", 900, 0.4, False), WindowDrift("2013-06-02", 900, 1.4, True)),
    notes=("the windows are short",),
)
PROMOTION = Promotion(
    Path("/somewhere/project/pipelines/late.ipynb"),
    True,
    "1 metric equal within 1e-9",
    (PromotedCell("C = 0.5\nfit(C)", "the tracked cell", "c", 5),),
    (PromotedCell("df.describe()", "only looks", "d", 4),),
    ({"name": "C", "type": "float", "default": 0.5},),
    (Comparison("metric accuracy", 0.9, 0.9, True),),
    ("max_iter=200",),
    ("[2] ran before nbops was loaded",),
)


def test_drift_says_which_data_was_held_against_which():
    """`reference → current`, each with its name, rows and days."""
    words = "winter (80,789 rows, 2013-01-01 to 2013-03-31) → june (28,243 rows, 2013-06-01 to 2013-06-30)"
    assert words in drift_view(REPORT).text
    assert words in drift_view(REPORT).html


def test_drift_names_what_moved_first():
    """State, roles, sentences, then every column with its statistic against its limit."""
    lines = drift_view(REPORT).text.splitlines()
    assert lines[0] == "✗ alert: features moved (1 column)"
    assert lines[3].split() == ["✗", "temp", "feature", "█████|█████", "0.9", "/", "0.1"]
    assert lines[4].split() == ["✓", "wind", "feature", "█████|██···"[:4] + "·|·····", "0.05", "/", "0.07"]
    assert lines[5].split()[:3] == ["?", "empty", "feature"]
    assert lines[6:] == ["  temp: median 38 → 74", "  ! the windows are short"]
    assert "1 of 2 windows beyond the limit" in drift_view(REPORT).html


def test_drift_bars_end_at_twice_the_limit():
    """Nine times the limit is drawn as full, not across the page."""
    html = drift_view(REPORT).html
    assert "width:120px;height:8px;border-radius:4px;background:#e04f4f" in html
    assert "9 times the limit" in html


def test_healthy_data_is_one_line_until_opened():
    """Without a column that moved the table stays closed."""
    healthy = DriftReport("ok", REPORT.reference, REPORT.current, {"wind": COLUMNS[0]})
    assert drift_view(healthy).text.startswith("✓ ok: features did not move")
    assert "<details open>" not in drift_view(healthy).html
    assert "<details open>" in drift_view(REPORT).html


def test_promotion_says_what_was_compared():
    """Verdict, parameters, candidates and cautions; no path of this machine."""
    told = promotion_view(PROMOTION)
    assert told.text.splitlines() == [
        "pipelines/late.ipynb: verified (1 metric equal within 1e-9)",
        "  1 cell kept, 1 left out",
        "  parameters: C: float = 0.5",
        "  could be parameters: max_iter=200",
        "  ! [2] ran before nbops was loaded",
    ]
    assert "/somewhere" not in told.html


def test_promotion_shows_verdict_comparisons_and_every_cell():
    """The badge has a sign beside its colour; comparisons and cells, each with its reason, wait behind a line."""
    html = promotion_view(PROMOTION).html
    assert "✓ verified" in html
    assert "1 value compared, all equal" in html
    assert "1 cell kept, 1 left out" in html
    assert html.index("only looks") < html.index("the tracked cell")
    assert "<details open>" not in html
    failed = Promotion(Path("late.ipynb"), False, "x", comparisons=(Comparison("metric a", 1.0, 2.0, False),))
    assert "! not verified" in promotion_view(failed).html
    assert "1 value compared, 1 not equal" in promotion_view(failed).html
    assert "<details open>" in promotion_view(failed).html


def test_a_promotion_inside_the_project_links_to_its_pipeline(tmp_path, monkeypatch):
    """The link is as seen from the notebook; spaces and signs in it are quoted."""
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "deep").mkdir()
    monkeypatch.chdir(tmp_path / "deep")
    told = promotion_view(Promotion(tmp_path / "pipelines" / 'a "b".ipynb', True, "1 metric equal"))
    assert 'href="../pipelines/a%20%22b%22.ipynb"' in told.html
    assert str(tmp_path) not in told.html


def test_what_is_not_verified_says_so():
    """Comparing nothing is not verified."""
    told = promotion_view(Promotion(Path("late.ipynb"), False, "nothing to compare"))
    assert "not verified (nothing to compare)" in told.text
    assert "not verified" in told.html


EVIL_CELLS = (PromotedCell(EVIL, EVIL),)
EVIL_PARAMETERS = ({"name": EVIL, "type": EVIL, "default": EVIL},)
EVIL_COMPARISONS = (Comparison(EVIL, EVIL, EVIL, False),)
EVIL_PROMOTION = Promotion(
    Path(EVIL), False, EVIL, EVIL_CELLS, EVIL_CELLS, EVIL_PARAMETERS, EVIL_COMPARISONS, (EVIL,), (EVIL,)
)
EVIL_REPORT = DriftReport(
    EVIL,
    Side(EVIL, 1),
    Side(EVIL, 1),
    {EVIL: ColumnDrift(EVIL, EVIL, "feature", True, EVIL, 1.0, 0.1, EVIL)},
    method=EVIL,
    windows=(WindowDrift(EVIL, 1, 1.0, False), WindowDrift(EVIL, 1, 2.0, True)),
    notes=(EVIL,),
)


@pytest.mark.parametrize(
    "rendering", [promotion_view(EVIL_PROMOTION), drift_view(EVIL_REPORT)], ids=["promotion", "drift"]
)
def test_nothing_that_a_user_names_becomes_markup(rendering):
    """Column names, code, reasons and notes arrive as text."""
    assert "<script" not in rendering.html
    assert "<img" not in rendering.html
    assert "&lt;script&gt;" in rendering.html
