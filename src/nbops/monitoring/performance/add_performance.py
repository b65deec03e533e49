"""How wrong each prediction was, as one more column, so that performance is watched like any other column."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.errors import ProfileError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_SURE = 1e-3


def add_performance(
    frame: pd.DataFrame, *, label: str, prediction: str, measure: str = "", column: str = ""
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return a copy of *frame* with the error of each row, and the roles to give to `profile`.

    For the reference, *prediction* has to be made out of sample (cross-validated): on the rows that a model has
    learned from it errs less than it ever will again.

    Args:
        frame: With labels and predictions; where either is missing, so is the error.
        label: Column of what turned out to be true: a number, or a class.
        prediction: Column of what was predicted: a number, the probability of a true/false label, or a class.
        measure: `squared error` (of a probability: Brier), `absolute error`, `log loss` (of a probability), or `wrong`
            (another class). Default: squared error for numbers, `wrong` for classes.
        column: What to call the new column; the measure's name if omitted.

    Raises:
        ProfileError: A column is not there, or the measure does not suit it.
    """
    import numpy as np

    for name in (label, prediction):
        if name not in frame.columns:
            raise ProfileError(f"there is no column {name!r}", hint=", ".join(map(str, list(frame.columns)[:20])))
    truth, guess = frame[label], frame[prediction]
    missing = (truth.isna() | guess.isna()).to_numpy(dtype=bool)
    numeric = all(getattr(one.dtype, "kind", "O") in "iufb" for one in (truth, guess))
    measure = measure or ("squared error" if numeric else "wrong")
    if measure == "wrong":
        values = (truth.astype(object) != guess.astype(object)).to_numpy(dtype=object)
        values[missing] = None
    else:
        truths, guesses = _floats(truth, missing, measure), _floats(guess, missing, measure)
        values = np.where(missing, np.nan, _error(truths, guesses, measure))
    column = column or measure
    return frame.assign(**{column: values}), {label: "label", prediction: "prediction", column: "performance"}


def _floats(values: pd.Series, missing: np.ndarray, measure: str) -> np.ndarray:
    import numpy as np

    try:
        numbers = np.zeros(len(values))
        numbers[~missing] = values[~missing].to_numpy(dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ProfileError(
            f"{measure} needs numbers, but {values.name!r} holds {values.dtype}", hint="wrong"
        ) from error
    return numbers


def _error(truth: np.ndarray, guess: np.ndarray, measure: str) -> np.ndarray:
    import numpy as np

    if measure == "squared error":
        return np.asarray(np.square(guess - truth))
    if measure == "absolute error":
        return np.asarray(np.abs(guess - truth))
    if measure == "log loss":
        sure = np.clip(guess, _SURE, 1 - _SURE)
        return np.asarray(-np.where(truth > 0, np.log(sure), np.log1p(-sure)))
    raise ProfileError(
        f"{measure!r} is not a measure of performance", hint="squared error, absolute error, log loss, wrong"
    )
