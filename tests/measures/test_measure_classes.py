"""Measures of classes agree with scikit-learn, and their intervals cover."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from nbops.measures.delong import delong
from nbops.measures.measure_classes import measure_classes, measure_scores

RANDOM = np.random.default_rng(3)


def _made(n, random=RANDOM):
    chance = random.beta(1, 2, n)
    return (random.random(n) < chance).astype(int), chance


def test_two_classes_agree_with_scikit_learn():
    """Accuracy, balanced accuracy, F1, precision, recall, areas and losses are scikit-learn's."""
    truth, chance = _made(4000)
    guess = (chance > 0.4).astype(int)
    found = {one.name: one for one in (*measure_classes(truth, guess, 2), *measure_scores(truth, chance))}
    expected = {
        "accuracy": metrics.accuracy_score(truth, guess),
        "balanced accuracy": metrics.balanced_accuracy_score(truth, guess),
        "F1": metrics.f1_score(truth, guess),
        "precision": metrics.precision_score(truth, guess),
        "recall": metrics.recall_score(truth, guess),
        "ROC AUC": metrics.roc_auc_score(truth, chance),
        "average precision": metrics.average_precision_score(truth, chance),
        "log loss": metrics.log_loss(truth, chance),
        "Brier score": metrics.brier_score_loss(truth, chance),
    }
    assert {name: one.value for name, one in found.items()} == pytest.approx(expected)
    assert all(one.low < one.value < one.high and one.method for one in found.values())
    assert found["precision"].n == guess.sum()


def test_more_classes_are_means_over_them():
    """Macro F1, precision, recall and one-against-rest areas are scikit-learn's, classes that never occur left out."""
    truth = RANDOM.integers(0, 3, 900)
    guess = np.where(RANDOM.random(900) < 0.7, truth, 0)
    scores = RANDOM.dirichlet([1, 1, 1], 900) + np.eye(3)[truth]
    scores /= scores.sum(axis=1, keepdims=True)
    found = {one.name: one.value for one in (*measure_classes(truth, guess, 4), *measure_scores(truth, scores))}
    assert found["macro F1"] == pytest.approx(metrics.f1_score(truth, guess, average="macro"))
    assert found["macro precision"] == pytest.approx(metrics.precision_score(truth, guess, average="macro"))
    assert found["macro recall"] == pytest.approx(metrics.recall_score(truth, guess, average="macro"))
    assert found["macro ROC AUC"] == pytest.approx(metrics.roc_auc_score(truth, scores, multi_class="ovr"))
    assert found["log loss"] == pytest.approx(metrics.log_loss(truth, scores))


def test_one_class_has_no_area():
    """What is not defined has a reason instead of a number."""
    truth, score = np.ones(60, int), np.linspace(0, 1, 60)
    found = {one.name: one for one in measure_scores(truth, score)}
    assert (found["ROC AUC"].value, found["ROC AUC"].why) == (None, "all labels are of one class")
    never = {one.name: one for one in measure_classes(truth, np.zeros(60, int), 2)}
    assert never["precision"].why == "the positive class was never predicted"
    assert measure_classes(truth[:0], truth[:0], 2)[0].value is None


def test_intervals_cover_what_is_true():
    """Of 300 draws, about 95 % of the intervals hold the true value, ties in the score included."""
    random = np.random.default_rng(11)
    truth, chance = _made(300_000, random)
    chance = np.clip(np.round(chance, 1), 0.05, 0.95)
    guess = (chance > 0.4).astype(int)
    exact = {one.name: one.value for one in (*measure_classes(truth, guess, 2), *measure_scores(truth, chance))}
    hits = dict.fromkeys(exact, 0)
    for _ in range(300):
        rows = random.integers(0, len(truth), 400)
        for one in (*measure_classes(truth[rows], guess[rows], 2), *measure_scores(truth[rows], chance[rows])):
            hits[one.name] += one.low <= exact[one.name] <= one.high
    assert {name: count for name, count in hits.items() if not 0.90 <= count / 300 <= 1.0} == {}


def test_delong_is_the_variance_of_the_area():
    """The standard error is close to the spread over fresh draws."""
    random = np.random.default_rng(1)
    areas = [delong(truth == 1, chance) for truth, chance in (_made(300, random) for _ in range(300))]
    spread = np.std([area for area, _ in areas])
    assert np.mean([error for _, error in areas]) == pytest.approx(spread, rel=0.15)
