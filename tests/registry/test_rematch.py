"""Challenger against champion on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from nbops.errors import ConfigError
from nbops.registry.rematch import rematch


def _guesses(strength, seed=0, rows=4000):
    generator = np.random.default_rng(seed)
    label = generator.random(rows) < 0.3
    return label, label * strength + np.round(generator.random(rows), 2)


def test_auc_is_scikit_learns_even_with_ties():
    """Our rank formula and scikit-learn's agree to rounding."""
    label, guess = _guesses(0.3)
    assert rematch(label, guess, guess).mine == pytest.approx(roc_auc_score(label, guess), rel=1e-12)


def test_a_clearly_better_challenger_has_an_interval_above_zero():
    """The interval of the advantage lies above zero and holds the difference of the two values."""
    label, strong = _guesses(0.5)
    weak = np.random.default_rng(5).random(len(label))
    result = rematch(label, strong, weak)
    assert result.low > 0
    assert result.low < result.mine - result.theirs < result.high
    assert "better by" in str(result)


def test_smaller_errors_are_an_advantage():
    """For errors the sign is turned: less is better."""
    truth = np.random.default_rng(1).normal(size=2000)
    result = rematch(truth, truth + 0.1, truth + np.random.default_rng(2).normal(size=2000), "rmse")
    assert result.low > 0


def test_equal_models_are_no_clear_difference():
    """Two equal predictions neither win nor lose."""
    label, guess = _guesses(0.3)
    assert "no clear difference" in str(rematch(label, guess, guess))


def test_an_unknown_metric_is_named():
    """A metric that cannot be computed from predictions is refused."""
    label, guess = _guesses(0.3)
    with pytest.raises(ConfigError, match="'revenue'"):
        rematch(label, guess, guess, "revenue")
