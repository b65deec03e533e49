"""Performance reports as people see them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from nouns import EVIL

from nbops.monitoring.performance.performance import performance
from nbops.widgets.performance_view import performance_view


@pytest.fixture(scope="module")
def report():
    """With everything: reference, slices with evil names, groups, windows, KPIs, latency."""
    random = np.random.default_rng(0)

    def rows(n, flip):
        chance = random.random(n)
        happened = (random.random(n) < chance) ^ (random.random(n) < flip)
        city = random.choice(["Bern", EVIL], n)
        return pd.DataFrame({"p": chance, "y": happened, "city": city, "gain": chance, "latency_ms": chance * 50})

    words = {"slices": ["city"], "sensitive": ["city"], "window": 500, "kpis": {"gain": "gain"}}
    return performance(rows(2000, 0.3), label="y", score="p", reference=rows(2000, 0.0), **words)


def test_the_view_says_everything_and_obeys_nothing(report):
    """State first, intervals, slices, groups, windows, calibration; names are escaped."""
    shown = performance_view(report)
    assert EVIL not in shown.html
    for words in ("worse than the reference beyond chance", "ROC AUC", "2 slices", "groups of city", "4 windows"):
        assert words in shown.html, words
    for words in ("expected calibration error", "latency_ms 95%", "gain", "disparate impact"):
        assert words in shown.html, words
        assert words in shown.text, words
    assert shown.text.splitlines()[0].startswith("reference (2,000 rows) → current (2,000 rows): alert")


def test_an_estimate_says_what_it_rests_on(report):
    """Without labels, the limit stands in the view."""
    frame = pd.DataFrame({"p": np.linspace(0, 1, 400)})
    known = pd.DataFrame({"p": np.linspace(0, 1, 400), "y": np.tile([0, 1], 200)})
    shown = performance_view(performance(frame, label="y", score="p", reference=known))
    assert "no concept drift" in shown.html
    assert "no concept drift" in shown.text
    assert "estimated, without labels" in shown.html
