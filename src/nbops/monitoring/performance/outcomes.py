"""Labels, predictions and scores of one dataset as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError
from nbops.monitoring.performance.meaning import as_numbers
from nbops.monitoring.performance.report import CLASSIFICATION

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbops.monitoring.performance.meaning import Meaning

_EVEN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What became of each row.

    Attributes:
        truth: Class numbers or values, shape (rows,); anything where there is no label.
        guess: The same of the predictions.
        score: Shape (rows,) of the positive class, or (rows, classes); None without scores.
        labelled: Whether a row has a label, shape (rows,).
        predicted: Whether a row has a prediction, shape (rows,).
        scored: Whether a row has a finite score, shape (rows,).
        probable: Scores lie within 0 … 1.
        query: Number of each row's query, shape (rows,); None but for rankings.
        notes: What is missing.
    """

    truth: np.ndarray
    guess: np.ndarray
    score: np.ndarray | None
    labelled: np.ndarray
    predicted: np.ndarray
    scored: np.ndarray
    probable: bool = False
    query: np.ndarray | None = None
    notes: tuple[str, ...] = ()

    @property
    def judged(self) -> np.ndarray:
        """Whether a row has both label and prediction, shape (rows,)."""
        both: np.ndarray = self.labelled & self.predicted
        return both

    @property
    def ranked(self) -> np.ndarray:
        """Whether a row has both label and score, shape (rows,)."""
        both: np.ndarray = self.labelled & self.scored
        return both


def read_outcomes(frame: pd.DataFrame, meaning: Meaning, side: str) -> Outcomes:
    """Read the columns that *meaning* names; a label that is not there counts as missing everywhere.

    Args:
        frame: One of the two sides.
        meaning: From `understand`.
        side: `current` or `reference`, for sentences.

    Raises:
        ProfileError: There is no prediction, and none follows from the scores.
    """
    import numpy as np

    rows, notes = len(frame), list[str]()
    classes = meaning.task == CLASSIFICATION
    read = _codes if classes else _floats
    truth, labelled = (
        read(frame[meaning.label], meaning) if meaning.label in frame else (np.zeros(rows, int), np.zeros(rows, bool))
    )
    score, scored, probable = _scores(frame, meaning, side, notes)
    if meaning.prediction is not None and meaning.prediction in frame:
        guess, predicted = read(frame[meaning.prediction], meaning)
        _tell_missing(notes, predicted, f"of the {side} data have no prediction", rows)
    elif score is None:
        raise ProfileError(f"the {side} data have neither prediction nor score", hint='prediction="COLUMN"')
    elif classes and probable:
        guess = (score >= _EVEN).astype(int) if score.ndim == 1 else np.nan_to_num(score, nan=-1).argmax(axis=1)
        predicted = scored
        if score.ndim == 1 and side == "current":
            notes.append(f"no prediction was named: {meaning.scores[0]!r} ≥ 0.5 is taken as the positive class")
    elif classes:
        raise ProfileError(
            f"{', '.join(map(repr, meaning.scores))} holds no probabilities, so what was predicted is unknown",
            hint='prediction="COLUMN"',
        )
    else:
        guess, predicted = score, scored
    if meaning.label in frame:
        _tell_missing(notes, labelled, f"of the {side} data have no label", rows)
    query = None
    if meaning.query is not None and meaning.query in frame:
        import pandas as pd

        query, _ = pd.factorize(frame[meaning.query])
        labelled = labelled & (query >= 0)
    return Outcomes(truth, guess, score, labelled, predicted, scored, probable, query, tuple(notes))


def _codes(values: pd.Series, meaning: Meaning) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np
    import pandas as pd

    plain = values.astype(object).where(values.notna(), None).map(lambda one: one if one is None else str(one))
    known = pd.Index(meaning.classes, dtype=object if meaning.textual else float)
    codes = np.asarray(known.get_indexer(plain if meaning.textual else as_numbers(values)), dtype=int)
    return codes, codes >= 0


def _floats(values: pd.Series, _: Meaning) -> tuple[np.ndarray, np.ndarray]:
    import numpy as np

    numbers = as_numbers(values).to_numpy()
    there = np.isfinite(numbers)
    return np.where(there, numbers, 0.0), there


def _scores(
    frame: pd.DataFrame, meaning: Meaning, side: str, notes: list[str]
) -> tuple[np.ndarray | None, np.ndarray, bool]:
    import numpy as np

    rows = len(frame)
    if not meaning.scores or not all(name in frame for name in meaning.scores):
        return None, np.zeros(rows, bool), False
    columns = []
    for name in meaning.scores:
        numbers = as_numbers(frame[name]).to_numpy()
        if rows and not np.isfinite(numbers).any():
            raise ProfileError(f"the score {name!r} of the {side} data holds no number")
        columns.append(numbers)
    score = columns[0] if len(columns) == 1 else np.column_stack(columns)
    finite: Any = np.isfinite(score)
    scored = finite if score.ndim == 1 else finite.all(axis=1)
    _tell_missing(notes, scored, f"of the {side} data have no finite score", rows)
    known = score[scored]
    outside = int(((known < 0) | (known > 1)).sum())
    probable = rows > 0 and not outside
    if meaning.task == CLASSIFICATION and outside:
        notes.append(
            f"{outside:,} scores of the {side} data lie outside 0 … 1, so they are no probabilities: "
            "log loss, Brier score, calibration and estimates are left out"
        )
    if probable and score.ndim == 2 and len(known) and abs(known.sum(axis=1) - 1).max() > 1e-3:  # noqa: PLR2004 # one column a class
        probable = False
        notes.append(f"the scores of the {side} data do not add up to 1 over the classes: losses are left out")
    return score, scored, probable


def _tell_missing(notes: list[str], there: np.ndarray, words: str, rows: int) -> None:
    lacking = int(rows - there.sum())
    if lacking:
        notes.append(f"{lacking:,} of {rows:,} rows {words}")
