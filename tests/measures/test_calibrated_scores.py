"""Estimates without labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from nbops.measures.calibrated_scores import calibrate_scores


def _chunk(n, seed, shift=0.0):
    random = np.random.default_rng(seed)
    x = random.normal(shift, 1.5, n)
    happened = random.random(n) < 1 / (1 + np.exp(-x))
    score = 1 / (1 + np.exp(-2.5 * x))  # too sure of itself
    return score, happened


@pytest.fixture(scope="module")
def model():
    """Calibrated on twenty thousand rows."""
    return calibrate_scores(*_chunk(20_000, 0))


@pytest.mark.parametrize("shift", [0.0, 1.0, -2.0])
def test_estimates_follow_a_shift_of_inputs(model, shift):
    """Where only the inputs move, accuracy and area are within a point of the labels', accuracy in its interval."""
    score, happened = _chunk(40_000, 5, shift)
    found = {one.name: one for one in model.estimate(score, score >= 0.5).measures()}
    realised = metrics.accuracy_score(happened, score >= 0.5)
    assert found["accuracy"].value == pytest.approx(realised, abs=0.01)
    assert found["accuracy"].low < realised < found["accuracy"].high
    assert found["ROC AUC"].value == pytest.approx(metrics.roc_auc_score(happened, score), abs=0.01)
    assert found["F1"].value == pytest.approx(metrics.f1_score(happened, score >= 0.5), abs=0.015)


def test_chunks_add_up_to_the_whole(model):
    """Chunk after chunk gives what one pass gives."""
    score, _ = _chunk(9000, 7)
    parts = [model.estimate(part, part >= 0.5) for part in np.array_split(score, 7)]
    together = parts[0]
    for part in parts[1:]:
        together += part
    whole = model.estimate(score, score >= 0.5)
    assert [one.value for one in together.measures()] == pytest.approx([one.value for one in whole.measures()])
    assert together.n == 9000


def test_the_area_is_that_of_weighted_rows(model):
    """Counting in cells loses next to nothing against scikit-learn on rows weighted by their chances."""
    score, _ = _chunk(5000, 8)
    chance = np.interp(score, model.scores, model.chances)
    twice = np.concatenate([score, score])
    exact = metrics.roc_auc_score(np.repeat([1, 0], 5000), twice, sample_weight=np.concatenate([chance, 1 - chance]))
    assert model.estimate(score, score >= 0.5).measures()[-1].value == pytest.approx(exact, abs=1e-4)


def test_no_rows_are_no_number(model):
    """An empty chunk says so."""
    assert model.estimate(np.zeros(0), np.zeros(0, bool)).measures()[0].why == "no row has a score"
