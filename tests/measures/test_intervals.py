"""Closed forms against what is known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from nbops.measures.calibrate import calibrate
from nbops.measures.holm import holm
from nbops.measures.intervals import of_difference, of_quantile, of_ratio, wilson


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (7, 10), (50, 50), (812, 1000)])
def test_wilson_is_scipys(hits, n):
    """The same interval as `scipy.stats.binomtest`."""
    theirs = stats.binomtest(hits, n).proportion_ci(method="wilson")
    assert wilson(hits, n) == pytest.approx((theirs.low, theirs.high))


def test_differences_and_ratios_cover():
    """Of 2,000 draws, about 95 % of the intervals of a difference and a ratio of shares hold the true one."""
    random = np.random.default_rng(0)
    mine, theirs = random.binomial(200, 0.3, 2000), random.binomial(300, 0.4, 2000)
    gaps = [
        of_difference((a / 200, *wilson(a, 200)), (b / 300, *wilson(b, 300))) for a, b in zip(mine, theirs, strict=True)
    ]
    ratios = [of_ratio(a, 200, b, 300) for a, b in zip(mine, theirs, strict=True)]
    assert np.mean([low < -0.1 < high for low, high in gaps]) == pytest.approx(0.95, abs=0.015)
    assert np.mean([low < 0.75 < high for low, high in ratios]) == pytest.approx(0.95, abs=0.015)


def test_quantiles_cover():
    """Order statistics hold the true median about as often as promised, never much less."""
    random = np.random.default_rng(0)
    spans = [of_quantile(np.sort(random.normal(size=101)), 0.5) for _ in range(1000)]
    assert np.mean([low < 0 < high for low, high in spans]) > 0.94


def test_holm_is_stepwise():
    """The smallest counts for all, the next for one less, and none falls below the one before."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_calibration_counts_its_bins():
    """Honest probabilities have a small error, others the distance that they lie off; every bin says its rows."""
    random = np.random.default_rng(0)
    chance = random.random(20_000)
    happened = random.random(20_000) < chance
    honest, bold = calibrate(happened, chance), calibrate(happened, np.clip(chance + 0.2, 0, 1))
    assert honest.error < 0.02
    assert bold.error == pytest.approx(0.18, abs=0.02)
    assert sum(one.n for one in honest.bins) == 20_000
    assert all(one.least < one.observed < one.most for one in honest.bins)
    assert calibrate(happened[:0], chance[:0]) is None
