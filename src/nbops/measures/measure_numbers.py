"""How good predicted numbers are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from nbops.measures.intervals import MEAN, ORDER, of_mean, of_quantile
from nbops.measures.measured import HIGHER, LOWER, Measured, measured, undefined

if TYPE_CHECKING:
    import numpy as np

_RESAMPLES, _MOST_ROWS = 200, 20_000
_QUANTILES = (0.05, 0.5, 0.95)
_CUBE = f"bootstrap, {_RESAMPLES} draws of moments"


def measure_numbers(truth: np.ndarray, guess: np.ndarray) -> tuple[Measured, ...]:
    """Measure predicted numbers: MAE, RMSE, bias (prediction less truth), R², and quantiles of the error.

    Args:
        truth: Shape (n,), finite.
        guess: Shape (n,), finite.
    """
    import numpy as np

    from nbops.measures.scikit import errors

    n = len(truth)
    if not n:
        return (undefined("MAE", "no row has both label and prediction", better=LOWER),)
    error = guess - truth
    known = errors(truth, guess)
    low, high = of_mean(error**2)
    span = math.sqrt(max(0.0, low)) if low == low else low, math.sqrt(max(0.0, high)) if high == high else high  # noqa: PLR0124 # NaN
    ordered = np.sort(error)
    r2 = measured("R²", known["r2"], _of_r2(truth, error), n, HIGHER, _CUBE)
    return (
        measured("MAE", known["mae"], of_mean(np.abs(error)), n, LOWER, MEAN),
        measured("RMSE", known["rmse"], span, n, LOWER, MEAN),
        measured("bias", float(error.mean()), of_mean(error), n, "", MEAN),
        r2 if r2.value is not None else undefined("R²", "all labels are equal", n, HIGHER),
        *(
            measured(
                f"error {share:.0%} quantile",
                float(np.quantile(error, share)),
                of_quantile(ordered, share),
                n,
                "",
                ORDER,
            )
            for share in _QUANTILES
        ),
    )


def _of_r2(truth: np.ndarray, error: np.ndarray) -> tuple[float, float] | None:
    """Return the percentile interval of R² by a bootstrap of rows (of a Poisson number of each, as n is large)."""
    import numpy as np

    if len(truth) < 10 or truth.min() == truth.max():  # noqa: PLR2004 # a bootstrap of fewer rows says nothing
        return None
    random = np.random.default_rng(0)
    moments = np.column_stack([np.ones_like(truth), truth - truth.mean(), (truth - truth.mean()) ** 2, error**2])
    if len(truth) > _MOST_ROWS:  # then the means of the moments are normal
        covariance = np.cov(moments[:, 1:], rowvar=False) / len(truth)
        sums = random.multivariate_normal(moments[:, 1:].mean(axis=0), covariance, _RESAMPLES * 5)
        sums = np.column_stack([np.ones(len(sums)), sums])
    else:
        sums = np.array([random.poisson(1.0, len(truth)) @ moments for _ in range(_RESAMPLES)])
    weight, first, second, squared = sums.T
    spread = second - first**2 / np.maximum(weight, 1e-12)
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = np.nanquantile(1 - squared / spread, [0.025, 0.975])
    return float(low), float(high)
