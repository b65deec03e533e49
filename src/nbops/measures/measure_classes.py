"""How good predicted classes and their probabilities are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.delong import delong
from nbops.measures.intervals import DELONG, LOGIT, MEAN, WILSON, Z, of_logit, of_mean, wilson
from nbops.measures.measured import HIGHER, LOWER, Measured, measured, undefined

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

RESAMPLES = 1000
_BOOTSTRAP = f"bootstrap of the confusion counts, {RESAMPLES:,} draws"
_PAIR = 2
ONE_CLASS = "all labels are of one class"


def measure_classes(truth: np.ndarray, guess: np.ndarray, classes: int) -> tuple[Measured, ...]:
    """Measure predicted classes: accuracy, balanced accuracy, F1, precision and recall.

    Of two classes, the second is the positive one; of more, F1, precision and recall are means over the classes that
    occur (macro).

    Args:
        truth: Class numbers, shape (n,).
        guess: The same of the predictions.
        classes: How many there are.
    """
    import numpy as np

    from nbops.measures.scikit import confusion

    n = len(truth)
    if not n:
        return (undefined("accuracy", "no row has both label and prediction", better=HIGHER),)
    counts = confusion(truth, guess, classes)
    hits = int(np.trace(counts))
    draws = np.random.default_rng(0).multinomial(n, counts.ravel() / n, RESAMPLES).reshape(-1, classes, classes)
    found = [
        measured("accuracy", hits / n, wilson(hits, n), n, HIGHER, WILSON),
        _drawn("balanced accuracy", _balanced, counts, draws, n),
    ]
    if classes < _PAIR:
        return tuple(found[:1])
    if classes > _PAIR:
        return (*found, *(_drawn(f"macro {name}", verb, counts, draws, n) for name, verb in _MACRO.items()))
    right, said, there = int(counts[1, 1]), int(counts[:, 1].sum()), int(counts[1].sum())
    return (
        *found,
        _drawn("F1", _f1, counts, draws, n),
        _share("precision", right, said),
        _share("recall", right, there),
    )


def measure_scores(truth: np.ndarray, scores: np.ndarray, *, probable: bool = True) -> tuple[Measured, ...]:
    """Measure scores of classes: area under the ROC curve, average precision and, of probabilities, losses.

    Args:
        truth: Class numbers, shape (n,).
        scores: Of the second class, shape (n,), or of every class, shape (n, classes).
        probable: Whether they are probabilities.
    """
    import numpy as np

    from nbops.measures.scikit import average_precision, losses

    n = len(truth)
    binary = scores.ndim == 1
    word = "" if binary else "macro "
    columns = [scores] if binary else list(scores.T)
    truths = [truth == (1 if binary else place) for place in range(len(columns))]
    judged = [(one, column) for one, column in zip(truths, columns, strict=True) if 0 < one.sum() < n]
    if not judged:
        why = ONE_CLASS if n else "no row has both label and score"
        found = [undefined(f"{word}{name}", why, n, HIGHER) for name in ("ROC AUC", "average precision")]
    else:
        areas = np.array([delong(*one) for one in judged])
        area, error = areas.mean(axis=0)
        how = DELONG if binary else f"{DELONG}, mean over classes (never too narrow)"
        precisions = [(average_precision(*one), int(one[0].sum())) for one in judged]
        limits = np.mean([of_logit(*one) for one in precisions], axis=0)
        precision = float(np.mean([value for value, _ in precisions]))
        span = max(0.0, area - Z * error), min(1.0, area + Z * error)
        found = [
            measured(f"{word}ROC AUC", area, span, n, HIGHER, how),
            measured(f"{word}average precision", precision, (limits[0], limits[1]), n, HIGHER, LOGIT),
        ]
    if not probable or not n:
        return tuple(found)
    full = np.column_stack([1 - scores, scores]) if binary else scores
    loss, single = losses(truth, full)
    squared = (scores - (truth == 1)) ** 2 if binary else ((full - np.eye(full.shape[1])[truth]) ** 2).sum(axis=1)
    return (
        *found,
        measured("log loss", loss, of_mean(single), n, LOWER, MEAN),
        measured("Brier score", float(squared.mean()), of_mean(squared), n, LOWER, MEAN),
    )


def _share(name: str, hits: int, n: int) -> Measured:
    if not n:
        why = "the positive class was never predicted" if name == "precision" else "no row is of the positive class"
        return undefined(name, why, 0, HIGHER)
    return measured(name, hits / n, wilson(hits, n), n, HIGHER, WILSON)


def _drawn(
    name: str, verb: Callable[[np.ndarray], np.ndarray], counts: np.ndarray, draws: np.ndarray, n: int
) -> Measured:
    import numpy as np

    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(verb(counts[None])[0])
        low, high = np.nanquantile(verb(draws), [0.025, 0.975])
    return measured(name, value, (low, high), n, HIGHER, _BOOTSTRAP)


def _recalls(counts: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(np.diagonal(counts, axis1=1, axis2=2) / counts.sum(axis=2))


def _precisions(counts: np.ndarray) -> np.ndarray:
    """Return precision by class: 0 where a class that occurs was never predicted, NaN where it does not occur."""
    import numpy as np

    said = counts.sum(axis=1)
    shares = np.where(said > 0, np.diagonal(counts, axis1=1, axis2=2) / np.maximum(said, 1), 0.0)
    return np.asarray(np.where((counts.sum(axis=2) > 0) | (said > 0), shares, np.nan))


def _f1s(counts: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(2 * np.diagonal(counts, axis1=1, axis2=2) / (counts.sum(axis=1) + counts.sum(axis=2)))


def _balanced(counts: np.ndarray) -> np.ndarray:
    return _mean(_recalls(counts))


def _f1(counts: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(_f1s(counts)[:, 1])


def _macro_recall(counts: np.ndarray) -> np.ndarray:
    import numpy as np

    seen = (counts.sum(axis=2) > 0) | (counts.sum(axis=1) > 0)
    return _mean(np.where(seen, np.nan_to_num(_recalls(counts)), np.nan))


def _mean(values: np.ndarray) -> np.ndarray:
    import numpy as np

    there = ~np.isnan(values)
    return np.asarray(np.where(there, values, 0).sum(axis=1) / there.sum(axis=1))


_MACRO: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "F1": lambda counts: _mean(_f1s(counts)),
    "precision": lambda counts: _mean(_precisions(counts)),
    "recall": _macro_recall,
}
