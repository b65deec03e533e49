"""Our own counts against fairlearn, the oracle."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.measures.count_groups import count_groups, measure_groups
from nbops.measures.cut import cut
from nbops.measures.disparate_impact import disparate_impact
from nbops.measures.equalized_odds import compare_odds


def _people(n=6000, seed=0):
    random = np.random.default_rng(seed)
    group = random.choice(3, n, p=[0.6, 0.398, 0.002])
    truth = random.random(n) < 0.4
    guess = np.where(random.random(n) < 0.8 - 0.1 * group, truth, random.random(n) < 0.5 - 0.2 * (group == 1))
    return group, truth, guess.astype(bool), random


def test_counts_agree_with_fairlearn():
    """Selection rate, accuracy, TPR, FPR, demographic parity ratio and equalised-odds difference."""
    fairlearn = pytest.importorskip("fairlearn.metrics")
    from sklearn.metrics import accuracy_score

    group, truth, guess, _ = _people()
    kept = group < 2  # the third is too small for us, fairlearn counts it
    frame = fairlearn.MetricFrame(
        metrics={
            "selection rate": fairlearn.selection_rate,
            "accuracy": accuracy_score,
            "TPR": fairlearn.true_positive_rate,
            "FPR": fairlearn.false_positive_rate,
        },
        y_true=truth,
        y_pred=guess,
        sensitive_features=group,
    )
    groups = count_groups(group, ("a", "b", "c"), truth, guess)
    for place, one in enumerate(groups):
        assert {it.name: it.value for it in one.measures} == pytest.approx(frame.by_group.loc[place].to_dict())
    impact = disparate_impact(groups)
    ratio = fairlearn.demographic_parity_ratio(truth[kept], guess[kept], sensitive_features=group[kept])
    assert impact.ratio == pytest.approx(ratio)
    assert impact.low < ratio < impact.high
    odds = compare_odds(np.where(kept, group, -1), 3, truth, guess, guess)
    theirs = fairlearn.equalized_odds_difference(truth[kept], guess[kept], sensitive_features=group[kept])
    assert odds.mine == pytest.approx(theirs)
    assert (odds.low, odds.high) == (0.0, 0.0)


def test_tiny_groups_decide_nothing():
    """A group of a dozen stands in the table as too small, and the four-fifths rule passes over it."""
    group, truth, guess, _ = _people()
    guess[group == 2] = False
    groups = count_groups(group, ("a", "b", "c"), truth, guess)
    assert "fewer than 50" in groups[2].small
    assert disparate_impact(groups).least != "c"


def test_worse_odds_are_found_and_equal_ones_are_not():
    """A challenger that errs more in one group has an interval above zero; a coin's difference does not."""
    group, truth, guess, random = _people()
    group = np.minimum(group, 1)
    unfair = np.where((group == 1) & (random.random(len(truth)) < 0.3), 0, guess).astype(bool)
    gap = compare_odds(group, 2, truth, unfair, guess)
    assert gap.low > 0.05
    assert gap.mine - gap.theirs == pytest.approx((gap.low + gap.high) / 2, abs=0.02)
    noisy = np.where(random.random(len(truth)) < 0.02, ~guess, guess)
    assert compare_odds(group, 2, truth, noisy, guess).low < 0.01


def test_numbers_have_groups_too():
    """MAE and bias by group."""
    groups = measure_groups(np.array([0] * 60 + [1] * 60), ("a", "b"), np.array([1.0] * 60 + [-2.0] * 60))
    assert [(one.value("MAE"), one.value("bias")) for one in groups] == [(1, 1), (2, -2)]


def test_columns_are_cut_as_the_reference_was():
    """Numbers at the reference's quartiles, texts by value, missing values by themselves."""
    reference = pd.Series(np.arange(101.0))
    places, names = cut(pd.Series([10.0, 25.0, 26.0, 99.0, np.nan]), reference)
    assert [names[place] for place in places] == ["≤ 25", "≤ 25", "25 … 50", "> 75", "missing"]
    places, names = cut(pd.Series(["b", None, "a", "new"]), pd.Series(["a", "a", "b"]))
    assert [names[place] for place in places] == ["b", "missing", "a", "new"]
    places, names = cut(pd.Series([1, 2, 1]))
    assert [names[place] for place in places] == ["1", "2", "1"]
