"""scikit-learn's adapter: its metrics and its isotonic regression, under the names we print."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def confusion(truth: np.ndarray, guess: np.ndarray, classes: int) -> np.ndarray:
    """Return counts, shape (classes, classes): rows are what was true. Both arrays hold class numbers."""
    from sklearn.metrics import confusion_matrix

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on a single class
        counts: np.ndarray = confusion_matrix(truth, guess, labels=range(classes))
    return counts


def average_precision(positive: np.ndarray, score: np.ndarray) -> float:
    """Return the average precision; NaN without a positive."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(positive, score)) if positive.any() else float("nan")


def losses(truth: np.ndarray, scores: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the log loss, and each row's.

    Args:
        truth: Class numbers, shape (n,).
        scores: Probability of every class, shape (n, classes), rows summing to one.
    """
    import numpy as np
    from sklearn.metrics import log_loss

    tiny = np.finfo(scores.dtype).eps
    single = -np.log(np.clip(scores[np.arange(len(truth)), truth], tiny, 1 - tiny))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(log_loss(truth, scores, labels=range(scores.shape[1]))), single


def errors(truth: np.ndarray, guess: np.ndarray) -> dict[str, float]:
    """Return `mae`, `rmse` and `r2` of numbers; `r2` is NaN where the truth is constant or has one row."""
    from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

    varied = len(truth) > 1 and bool(truth.min() < truth.max())
    return {
        "mae": float(mean_absolute_error(truth, guess)),
        "rmse": float(root_mean_squared_error(truth, guess)),
        "r2": float(r2_score(truth, guess)) if varied else float("nan"),
    }


def ndcg(relevance: np.ndarray, score: np.ndarray, k: int) -> float:
    """Return the normalised discounted cumulative gain of one query's first *k* places; relevance is ≥ 0."""
    from sklearn.metrics import ndcg_score

    if len(relevance) == 1:  # scikit-learn refuses one document; any order of it is perfect
        return 1.0
    return float(ndcg_score(relevance[None, :], score[None, :], k=k))


def isotonic(score: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the knots (scores, probabilities) of the monotone curve that fits *positive* best; linear between them."""
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(out_of_bounds="clip", y_min=0.0, y_max=1.0).fit(score, positive)
    return fitted.X_thresholds_, fitted.y_thresholds_
