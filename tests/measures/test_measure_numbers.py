"""Errors of predicted numbers and of orders."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from nbops.measures.measure_numbers import measure_numbers
from nbops.measures.measure_rankings import measure_rankings


@pytest.mark.parametrize("rows", [500, 30_000])
def test_numbers_agree_with_scikit_learn(rows):
    """MAE, RMSE, R², bias and quantiles, each inside its interval, for few rows and many."""
    random = np.random.default_rng(0)
    truth = random.normal(10, 3, rows)
    guess = truth + random.normal(0.5, 1, rows)
    found = {one.name: one for one in measure_numbers(truth, guess)}
    assert found["MAE"].value == pytest.approx(metrics.mean_absolute_error(truth, guess))
    assert found["RMSE"].value == pytest.approx(metrics.root_mean_squared_error(truth, guess))
    assert found["R²"].value == pytest.approx(metrics.r2_score(truth, guess))
    assert found["bias"].low < 0.5 < found["bias"].high
    assert found["error 95% quantile"].value == pytest.approx(np.quantile(guess - truth, 0.95))
    assert all(one.low <= one.value <= one.high for one in found.values())


def test_constant_truth_has_no_r2():
    """R² says why there is none; a single row has no interval."""
    found = {one.name: one for one in measure_numbers(np.ones(5), np.arange(5.0))}
    assert (found["R²"].value, found["R²"].why) == (None, "all labels are equal")
    assert measure_numbers(np.ones(1), np.zeros(1))[0].low is None
    assert measure_numbers(np.zeros(0), np.zeros(0))[0].value is None


def test_rankings_are_means_over_queries():
    """NDCG@k is scikit-learn's; MAP@k of a hand-made order; queries without a relevant row are left out."""
    query = np.array([0, 0, 0, 1, 1, 1, 2, 2])
    relevance = np.array([3.0, 0, 1, 0, 1, 0, 0, 0])
    score = np.array([0.1, 0.5, 0.9, 0.9, 0.5, 0.1, 1.0, 2.0])
    ndcg, precision = measure_rankings(query, relevance, score, 3)
    by_hand = [metrics.ndcg_score(relevance[None, rows], score[None, rows], k=3) for rows in (slice(0, 3), slice(3, 6))]
    assert (ndcg.value, ndcg.n) == (pytest.approx(np.mean(by_hand)), 2)
    assert precision.value == pytest.approx(np.mean([(1 + 2 / 3) / 2, 1 / 2]))
    assert measure_rankings(query[6:], relevance[6:], score[6:])[0].why == "no query has a relevant row"
