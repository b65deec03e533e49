"""How a model treats groups of rows: counts, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.measures.intervals import MEAN, WILSON, of_mean, wilson
from nbops.measures.measured import HIGHER, LOWER, Measured, measured, undefined

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

FEWEST, FEWEST_POSITIVES = 50, 20


@dataclass(frozen=True, slots=True)
class Group:
    """One group of a sensitive column.

    Attributes:
        name: Value of the column.
        n: Rows with label and prediction.
        positives: Of them, those of the positive class; None for numbers.
        selected: Rows for which the positive class was predicted; None for numbers.
        measures: Selection rate, accuracy, TPR and FPR; or MAE and bias.
        small: Why the group is too small to judge; empty where it is not.
    """

    name: str
    n: int
    positives: int | None
    selected: int | None
    measures: tuple[Measured, ...]
    small: str = ""

    def value(self, measure: str) -> float | None:
        """Return the value of the measure of that name, None where there is none."""
        return next((one.value for one in self.measures if one.name == measure), None)

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        told = {name: getattr(self, name) for name in ("name", "n", "positives", "selected", "small")}
        return {**told, "measures": [one.to_wire() for one in self.measures]}


def too_small(n: int, positives: int | None = None) -> str:
    """Say why *n* rows (with so many positives) are too few to judge; empty where they are enough."""
    if n < FEWEST:
        return f"{n:,} rows, fewer than {FEWEST}"
    if positives is not None and positives < FEWEST_POSITIVES:
        return f"{positives} positives, fewer than {FEWEST_POSITIVES}"
    return ""


def count_groups(
    group: np.ndarray, names: Sequence[str], positive: np.ndarray, selected: np.ndarray
) -> tuple[Group, ...]:
    """Count each group's confusion.

    Args:
        group: Number of each row's group, shape (n,); -1 for none.
        names: Of the groups.
        positive: Whether the row was of the positive class, shape (n,).
        selected: Whether that class was predicted, shape (n,).
    """
    counts = confusions(group, len(names), positive, selected)
    return tuple(_group(name, *counts[place].ravel().tolist()) for place, name in enumerate(names))


def confusions(group: np.ndarray, groups: int, positive: np.ndarray, selected: np.ndarray) -> np.ndarray:
    """Return counts, shape (groups, 2, 2): was it so, was it said so."""
    import numpy as np

    kept = group >= 0
    cell = group[kept] * 4 + positive[kept].astype(int) * 2 + selected[kept].astype(int)
    return np.bincount(cell, minlength=4 * groups).reshape(groups, 2, 2)


def measure_groups(group: np.ndarray, names: Sequence[str], error: np.ndarray) -> tuple[Group, ...]:
    """Measure each group's errors of predicted numbers (prediction less truth, shape (n,))."""
    import numpy as np

    made = []
    for place, name in enumerate(names):
        mine = error[group == place]
        n, size = len(mine), np.abs(mine)
        told = (
            (
                measured("MAE", float(size.mean()), of_mean(size), n, LOWER, MEAN),
                measured("bias", float(mine.mean()), of_mean(mine), n, "", MEAN),
            )
            if n
            else (undefined("MAE", "no rows", 0, LOWER),)
        )
        made.append(Group(name, n, None, None, told, too_small(n)))
    return tuple(made)


def _group(name: str, tn: int, fp: int, fn: int, tp: int) -> Group:
    n, positives, selected = tn + fp + fn + tp, fn + tp, fp + tp
    shares = (
        ("selection rate", selected, n, ""),
        ("accuracy", tp + tn, n, HIGHER),
        ("TPR", tp, positives, HIGHER),
        ("FPR", fp, n - positives, LOWER),
    )
    measures = tuple(
        measured(title, hits / of, wilson(hits, of), of, better, WILSON)
        if of
        else undefined(title, "no such rows", 0, better)
        for title, hits, of, better in shares
    )
    return Group(name, n, positives, selected, measures, too_small(n, positives))
