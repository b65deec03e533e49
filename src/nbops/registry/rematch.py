"""Challenger against champion on the same rows, with the uncertainty of the difference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

_RESAMPLES, _MOST_ROWS = 200, 20_000


@dataclass(frozen=True, slots=True)
class Rematch:
    """What both models reached on the same rows.

    Attributes:
        metric: `auc`, `rmse`, …
        rows: How many rows were compared (a random sample of larger frames).
        mine, theirs: Challenger's and champion's value.
        low, high: 95 % interval of the challenger's *advantage* (positive is better, whatever the metric's direction).
    """

    metric: str
    rows: int
    mine: float
    theirs: float
    low: float
    high: float

    def __str__(self) -> str:
        word = "better" if self.low > 0 else "worse" if self.high < 0 else "no clear difference:"
        gain = (self.low + self.high) / 2
        return (
            f"{self.metric} {self.mine:.4f} against {self.theirs:.4f} on the same {self.rows:,} rows: {word} by "
            f"{abs(gain):.4f} (95 %: {self.low:+.4f} … {self.high:+.4f})"
        )


def rematch(label: np.ndarray, mine: np.ndarray, theirs: np.ndarray, metric: str = "") -> Rematch:
    """Compare two sets of predictions by paired bootstrap (Efron and Tibshirani 1993, chapter 16).

    Args:
        label: Truth, shape (n,).
        mine: Challenger's predictions, shape (n,): probabilities of the second class, or values.
        theirs: Champion's, shape (n,).
        metric: `auc`, `brier`, `accuracy`, `rmse` or `mae`; by default `auc` for two classes, else `rmse`.

    Raises:
        ConfigError: An unknown metric.
    """
    import numpy as np

    truth = np.asarray(label)
    name = metric or ("auc" if len(np.unique(truth)) == 2 else "rmse")  # noqa: PLR2004 # two classes
    measure, sign = _measure(name)
    if truth.dtype == bool or name in {"auc", "brier", "accuracy"}:
        truth = (truth == np.unique(truth)[-1]).astype(float)
    generator = np.random.default_rng(0)
    if len(truth) > _MOST_ROWS:
        rows = generator.choice(len(truth), _MOST_ROWS, replace=False)
        truth, mine, theirs = truth[rows], mine[rows], theirs[rows]
    gains = []
    for _ in range(_RESAMPLES):
        rows = generator.integers(0, len(truth), len(truth))
        gains.append(sign * (measure(truth[rows], mine[rows]) - measure(truth[rows], theirs[rows])))
    low, high = np.nanquantile(gains, [0.025, 0.975])
    return Rematch(name, len(truth), measure(truth, mine), measure(truth, theirs), float(low), float(high))


def advantage(metric: str) -> Callable[[Any, Any], float]:
    """Return the measure of that name, of truth and predictions, such that higher is better.

    Raises:
        ConfigError: An unknown metric.
    """
    measure, sign = _measure(metric)
    return lambda truth, guess: sign * measure(truth, guess)


def _measure(name: str) -> tuple[Callable[[Any, Any], float], int]:
    import numpy as np

    known: dict[str, tuple[Callable[[Any, Any], float], int]] = {
        "auc": (_auc, 1),
        "accuracy": (lambda truth, guess: float(np.mean((guess >= 0.5) == (truth > 0))), 1),  # noqa: PLR2004 # even odds
        "brier": (lambda truth, guess: float(np.mean((truth - guess) ** 2)), -1),
        "rmse": (lambda truth, guess: float(np.sqrt(np.mean((truth - guess) ** 2))), -1),
        "mae": (lambda truth, guess: float(np.mean(np.abs(truth - guess))), -1),
    }
    known["roc_auc"] = known["auc"]
    if name not in known:
        raise ConfigError(f"{name!r} cannot be measured on new rows", hint=", ".join(sorted(known)))
    return known[name]


def _auc(truth: np.ndarray, guess: np.ndarray) -> float:
    """Return the area under the ROC curve as the normalised Mann-Whitney statistic, ties counted half."""
    import numpy as np

    _, place, count = np.unique(guess, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    positive = truth > 0
    hits = int(positive.sum())
    if not 0 < hits < len(truth):
        return float("nan")
    return float((rank[positive].sum() - hits * (hits + 1) / 2) / (hits * (len(truth) - hits)))
