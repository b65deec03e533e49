"""Performance before the labels come: what calibrated probabilities lead to expect."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.measures.intervals import Z
from nbops.measures.measured import HIGHER, Measured, measured, undefined

if TYPE_CHECKING:
    import numpy as np

LIMIT = "holds only while the relation between features and label stays as in the reference (no concept drift)"
METHOD = "chance of the labels, and of the reference's, given the probabilities"
_CELLS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedScores:
    """What a score means, learned on a reference with labels.

    Attributes:
        scores, chances: Knots of the monotone curve from score to probability of the positive class, linear between.
        edges: Scores at which rows are counted for the area under the curve.
        n: Labelled rows it was learned on.
    """

    scores: np.ndarray = field(repr=False)
    chances: np.ndarray = field(repr=False)
    edges: np.ndarray = field(repr=False)
    n: int

    def estimate(self, score: np.ndarray, guess: np.ndarray) -> Estimated:
        """Say how many predictions are expected to be right; estimates of several chunks can be added.

        Args:
            score: Finite, shape (n,).
            guess: Whether the positive class was predicted, shape (n,).
        """
        import numpy as np

        chance = np.interp(score, self.scores, self.chances)
        cell = np.searchsorted(self.edges, score, side="right")
        size = len(self.edges) + 1
        spread = float((chance * (1 - chance)).sum())
        return Estimated(
            len(score),
            (float(chance[guess].sum()), float((1 - chance[guess]).sum())),
            (float(chance[~guess].sum()), float((1 - chance[~guess]).sum())),
            spread,
            self.n,
            np.bincount(cell, chance, size),
            np.bincount(cell, 1 - chance, size),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Expected confusion of some rows without labels. `a + b` is that of both chunks together.

    Attributes:
        n: Rows.
        said_yes: Expected true and false positives.
        said_no: Expected false and true negatives.
        spread: Sum of p (1 - p) over the rows.
        reference: Labelled rows behind the probabilities.
        yes, no: Expected positives and negatives by cell of the score.
    """

    n: int
    said_yes: tuple[float, float]
    said_no: tuple[float, float]
    spread: float
    reference: int
    yes: np.ndarray = field(repr=False)
    no: np.ndarray = field(repr=False)

    def __add__(self, other: Estimated) -> Estimated:
        return Estimated(
            self.n + other.n,
            (self.said_yes[0] + other.said_yes[0], self.said_yes[1] + other.said_yes[1]),
            (self.said_no[0] + other.said_no[0], self.said_no[1] + other.said_no[1]),
            self.spread + other.spread,
            self.reference,
            self.yes + other.yes,
            self.no + other.no,
        )

    @property
    def accuracy(self) -> float:
        """Expected share of right predictions; NaN without rows."""
        return (self.said_yes[0] + self.said_no[1]) / self.n if self.n else float("nan")

    def error(self) -> float:
        """Standard error of realised less expected accuracy: chance of these labels, and of the reference's."""
        if not self.n:
            return float("nan")
        wrong = self.accuracy * (1 - self.accuracy)
        return math.sqrt(self.spread / self.n**2 + wrong / max(1, self.reference))

    def measures(self) -> tuple[Measured, ...]:
        """Return expected accuracy with its interval, and F1, precision, recall and area under the ROC curve."""
        if not self.n:
            return (undefined("accuracy", "no row has a score", better=HIGHER),)
        (tp, fp), (fn, tn) = self.said_yes, self.said_no
        half = Z * self.error()
        accuracy = (tp + tn) / self.n
        span = max(0.0, accuracy - half), min(1.0, accuracy + half)
        ratios = {"F1": (2 * tp, 2 * tp + fp + fn), "precision": (tp, tp + fp), "recall": (tp, tp + fn)}
        return (
            measured("accuracy", accuracy, span, self.n, HIGHER, METHOD),
            *(
                measured(name, over / under, None, self.n, HIGHER)
                if under
                else undefined(name, "expects none", self.n, HIGHER)
                for name, (over, under) in ratios.items()
            ),
            measured("ROC AUC", self._area(), None, self.n, HIGHER),
        )

    def _area(self) -> float:
        below = self.no.cumsum() - self.no / 2
        pairs = float(self.yes.sum() * self.no.sum())
        return float((self.yes * below).sum() / pairs) if pairs else float("nan")

    def to_wire(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {"n": self.n, "measures": [one.to_wire() for one in self.measures()], "limit": LIMIT}


def calibrate_scores(score: np.ndarray, positive: np.ndarray) -> CalibratedScores:
    """Learn what *score* means from rows with labels, by isotonic regression.

    Confidence-based performance estimation (CBPE), as in NannyML's documentation (`how it works`), without its test of
    whether calibration is needed.

    Args:
        score: Finite, shape (n,).
        positive: Whether a row was of the positive class, shape (n,).
    """
    import numpy as np

    from nbops.measures.scikit import isotonic

    knots, chances = isotonic(score, positive.astype(float))
    edges = np.unique(np.quantile(score, np.linspace(0, 1, _CELLS + 1))) if len(score) else np.zeros(0)
    return CalibratedScores(knots, chances, edges, len(score))
