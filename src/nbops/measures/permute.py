"""What a model leans on: how much worse it gets when one feature is shuffled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    import pandas as pd

_ROWS, _NOTABLE, _FEWEST = 2000, 0.01, 3


def permute(
    predict: Callable[[pd.DataFrame], Any],
    frame: pd.DataFrame,
    truth: np.ndarray,
    measure: Callable[[Any, Any], float],
    repeats: int = 5,
) -> dict[str, float]:
    """Return each feature's permutation importance (Breiman 2001), the largest first: mean loss of *measure*.

    Args:
        predict: Predictions of a frame of these columns.
        frame: Features; of more than 2,000 rows a random sample is used.
        truth: Shape (n,).
        measure: Of truth and predictions, higher is better.
        repeats: How often each feature is shuffled.
    """
    import numpy as np

    random = np.random.default_rng(0)
    rows = random.permutation(len(frame))[:_ROWS]
    frame, truth = frame.iloc[rows].reset_index(drop=True), truth[rows]
    whole = measure(truth, predict(frame))
    found = {}
    for column in frame.columns:
        losses = []
        for _ in range(repeats):
            shuffled = frame[column].take(random.permutation(len(frame))).reset_index(drop=True)
            losses.append(whole - measure(truth, predict(frame.assign(**{column: shuffled}))))
        found[str(column)] = float(np.mean(losses))
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def shares(importances: Mapping[str, float]) -> dict[str, float]:
    """Return each feature's share of all importance; what is below zero is chance and counts as none."""
    total = sum(max(0.0, value) for value in importances.values())
    return {name: max(0.0, value) / total for name, value in importances.items()} if total else {}


def agreement(mine: Mapping[str, float], theirs: Mapping[str, float]) -> float | None:
    """Return the rank correlation (Spearman) of two models' importances.

    Only features count that have a hundredth of either total: the order of noise says nothing. None under three.
    """
    import numpy as np

    from nbops.measures.midranks import midranks

    own, other = shares(mine), shares(theirs)
    notable = [name for name in {**own, **other} if max(own.get(name, 0.0), other.get(name, 0.0)) >= _NOTABLE]
    if len(notable) < _FEWEST:
        return None
    ranks = [midranks(np.array([one.get(name, 0.0) for name in notable])) for one in (own, other)]
    if any(rank.min() == rank.max() for rank in ranks):
        return None
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
