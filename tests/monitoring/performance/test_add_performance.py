"""Errors of rows as one more column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError
from nbops.monitoring import add_performance

FRAME = pd.DataFrame(
    {
        "late": [True, False, None, True],
        "p": [0.5, 0.25, 0.5, np.nan],
        "guess": ["a", "b", "a", None],
        "true": ["a", "a", "a", "b"],
    }
)


def test_squared_error_is_the_default():
    """The error of a probability is its squared distance; it is missing where label or prediction is."""
    frame = FRAME.assign(late=FRAME["late"].astype("boolean"))
    made, roles = add_performance(frame, label="late", prediction="p")
    assert made["squared error"].tolist()[:2] == [0.25, 0.0625]
    assert made["squared error"].isna().tolist() == [False, False, True, True]
    assert roles == {"late": "label", "p": "prediction", "squared error": "performance"}
    assert "squared error" not in frame


def test_classes_are_right_or_wrong():
    """Predicted classes are right or wrong, or missing."""
    made, _ = add_performance(FRAME, label="true", prediction="guess", column="miss")
    assert made["miss"].tolist() == [False, True, False, None]


def test_other_measures():
    """Log loss and absolute error are what they are called."""
    frame = pd.DataFrame({"y": [1, 0], "p": [0.5, 1.0]})
    made, _ = add_performance(frame, label="y", prediction="p", measure="log loss")
    assert made["log loss"].tolist() == pytest.approx([np.log(2), -np.log(1e-3)])
    made, _ = add_performance(frame, label="y", prediction="p", measure="absolute error")
    assert made["absolute error"].tolist() == [0.5, 1.0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"label": "nope", "prediction": "p"}, "no column 'nope'"),
        ({"label": "true", "prediction": "p", "measure": "log loss"}, "needs numbers"),
        ({"label": "late", "prediction": "p", "measure": "vibes"}, "not a measure"),
    ],
)
def test_what_does_not_fit_is_a_sentence(options, said):
    """Unknown columns and measures are named."""
    with pytest.raises(ProfileError, match=said):
        add_performance(FRAME, **options)
