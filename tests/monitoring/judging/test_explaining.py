"""Statistics, limits of one's own, the promise, and the classifier."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, wasserstein_distance

from nbops.errors import ProfileError
from nbops.monitoring import drift


@pytest.fixture(scope="module")
def pair():
    """Two frames: a shifted number, a changed mix, a flag."""
    random = np.random.default_rng(4)

    def make(rows, shift, shares):
        return pd.DataFrame(
            {
                "x": random.normal(shift, 1, rows),
                "c": random.choice(list("abc"), rows, p=shares),
                "b": random.random(rows) < 0.4,
            }
        )

    return make(6000, 0.5, [0.5, 0.3, 0.2]), make(8000, 0.0, [0.6, 0.3, 0.1])


def test_statistics_agree_with_scipy(pair):
    """Chi-square and Cramér's V of the table, Wasserstein within the width of a bin, and PSI by its formula."""
    current, reference = pair
    columns = drift(current, reference).columns
    table = pd.concat([one["c"].value_counts() for one in pair], axis=1)
    chi = chi2_contingency(table.T, correction=False).statistic
    assert columns["c"].statistics["chi-square"] == pytest.approx(chi, rel=1e-4)
    assert columns["c"].statistics["Cramér's V"] == pytest.approx(np.sqrt(chi / 14_000), rel=1e-4)
    far = wasserstein_distance(current["x"], reference["x"]) / reference["x"].std()
    assert columns["x"].statistics["Wasserstein / sd"] == pytest.approx(far, rel=0.1)
    p, q = (one["c"].value_counts(normalize=True) for one in pair)
    assert columns["c"].statistics["PSI"] == pytest.approx(((p - q) * np.log(p / q)).sum(), rel=0.02)
    spread = reference["x"].quantile(0.75) - reference["x"].quantile(0.25)
    shift = (current["x"].median() - reference["x"].median()) / spread
    assert columns["x"].statistics["median shift in IQR"] == pytest.approx(shift, abs=0.02)


def test_statistics_stand_in_the_wire_and_the_text(pair):
    """Each column carries its statistics as plain numbers; the text shows two that people know."""
    report = drift(*pair)
    columns = {column["name"]: column for column in json.loads(report.to_json())["columns"]}
    assert {"PSI", "JS distance", "KS distance", "missing now", "above range"} <= columns["x"]["statistics"].keys()
    assert {"lost values", "new values", "Cramér's V"} <= columns["c"]["statistics"].keys()
    assert "; PSI " in str(report)


def test_lost_and_new_values_are_told(pair):
    """A category that is gone and one that came are shares of their own side."""
    current, reference = pair
    report = drift(current.assign(c=current["c"].replace("c", "d")), reference)
    found = report.columns["c"].statistics
    assert found["lost values"] == pytest.approx((reference["c"] == "c").mean(), rel=1e-4)
    assert found["new values"] == pytest.approx((current["c"] == "c").mean(), rel=1e-4)


def test_a_limit_of_your_own_is_shown_as_such(later, reference):
    """It replaces the calibrated one, makes a warn, and the promise leaves it out."""
    moved = later.assign(amount=later["amount"] * 1.6)
    loose, strict = drift(moved, reference, limits={"amount": 9}), drift(later, reference, limits={"city": 1e-9})
    assert (loose.state, loose.columns["amount"].limit, loose.columns["amount"].threshold) == ("ok", "yours", 9)
    assert (strict.state, strict.moved["feature"]) == ("warn", ("city",))
    assert "your limit 1e-09" in str(strict)
    assert "limits of your own are not part of it" in strict.promise
    named = drift(moved, reference, limits={"amount": {"median shift in IQR": 0.2, "missing now": 0.5}})
    assert named.columns["amount"].measure == "median shift in IQR"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ({"amuont": 0.2}, "does not have"),
        ({"amount": -1}, "not a limit"),
        ({"amount": "much"}, "not a limit"),
        ({"amount": {"PSY": 0.2}}, "no statistic 'PSY'"),
    ],
)
def test_limits_that_fit_nothing_are_refused(later, reference, limits, said):
    """A misspelt column or statistic, or no number, is a sentence with what there is."""
    with pytest.raises(ProfileError, match=said):
        drift(later, reference, limits=limits)


def test_every_report_prints_its_promise(later, reference, pair):
    """With its condition: exchangeable windows, or independent rows at 1 %."""
    calibrated, bare = drift(later, reference), drift(*pair)
    assert "at most 5 % reach warn and fewer than 1 % alert" in str(calibrated)
    assert "exchangeable" in calibrated.promise
    assert "at most 1 % reach warn" in str(bare)
    assert "independent draws" in bare.to_json()


def test_a_classifier_finds_what_no_column_shows():
    """Two columns whose relation turns around, each staying as it is, are told apart, and both are named."""
    random = np.random.default_rng(2)

    def make(sign, rows=900):
        x = random.normal(size=rows)
        return pd.DataFrame({"x": x, "y": sign * x + 0.3 * random.normal(size=rows), "z": random.normal(size=rows)})

    reference = make(1)
    report = drift(make(-1), reference, multivariate=True)
    assert report.state == "warn"
    assert not any(column.drifted for column in report.columns.values())
    assert {name for name, _ in report.separation.columns} == {"x", "y"}
    assert "tells the two sides apart, by" in str(report)
    healthy = drift(make(1), reference, multivariate=True)
    assert (healthy.state, healthy.separation.separated) == ("ok", False)
    assert json.loads(healthy.to_json())["separation"]["dealt"] == "rows"


def test_a_classifier_deals_windows_where_there_are_some(later, orders, reference):
    """Days that differ by themselves do not count as separated; a profile has no rows to train on."""
    spring = orders[orders["at"] < "2024-04-10"]
    report = drift(later[:4200], spring, multivariate=True)
    assert (report.separation.dealt, report.separation.separated) == ("windows", False)
    with pytest.raises(ProfileError, match="needs rows"):
        drift(later, reference, multivariate=True)
