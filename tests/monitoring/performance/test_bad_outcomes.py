"""Labels and predictions as they come: a clear answer each, never a traceback, never a silent number."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError
from nbops.monitoring.performance.performance import performance

N = 200
FRAME = pd.DataFrame({"y": [0, 1] * (N // 2), "p": [0, 1, 1, 1] * (N // 4), "s": np.linspace(0, 1, N)})
EXACT = 0.75


@pytest.mark.parametrize(
    ("label", "prediction"),
    [
        (FRAME.y.astype(str), FRAME.p),
        (FRAME.y, FRAME.p.astype(str)),
        (FRAME.y.astype(bool), FRAME.p),
        (FRAME.y.astype(bool).astype(str), FRAME.p.astype(bool)),
        (FRAME.y.astype(float), FRAME.p.astype("Int64")),
        (FRAME.y.astype("category"), FRAME.p),
        (FRAME.y.map({0: "no", 1: "yes"}), FRAME.p.map({0: "no", 1: "yes"}).astype("category")),
        (FRAME.y.astype(bool).astype("boolean"), FRAME.p.astype("string")),
        (FRAME.y.astype(object), FRAME.p.astype("UInt8")),
    ],
    ids=[
        "'1' v 1",
        "1 v '1'",
        "bool v int",
        "'True' v bool",
        "float v Int64",
        "category v int",
        "texts",
        "NA v string",
        "object v uint",
    ],
)
def test_types_do_not_matter(label, prediction):
    """`"1"`, 1, 1.0 and True agree; texts agree with categories."""
    report = performance(pd.DataFrame({"y": label, "p": prediction}), label="y", prediction="p")
    assert (report.task, report["accuracy"].value) == ("classification", EXACT)
    assert "positive class" in report.notes[-1]


def test_texts_that_hold_numbers_are_told():
    """A note says that texts were compared as numbers."""
    report = performance(FRAME.assign(y=FRAME.y.astype(str)), label="y", prediction="p")
    assert "'y' holds numbers written as text: compared as numbers" in report.notes


@pytest.mark.parametrize(
    ("frame", "words", "sentence"),
    [
        (FRAME, {"label": "Y", "prediction": "p"}, "there is no column 'Y'"),
        (FRAME, {"label": "y", "prediction": "pp"}, "there is no column 'pp'"),
        (FRAME, {"label": "y"}, "nothing to hold the labels against"),
        (FRAME, {"label": "y", "prediction": "p", "slices": ["town"]}, "there is no column 'town'"),
        (FRAME, {"label": "y", "prediction": "p", "by": "s"}, "holds no times"),
        (FRAME, {"label": "y", "prediction": "p", "window": "1D"}, "needs a column of times"),
        (FRAME, {"label": "y", "prediction": "p", "task": "guessing"}, "is not a task"),
        (FRAME, {"label": "y", "prediction": "p", "task": "ranking"}, "a ranking has queries"),
        (FRAME, {"label": "y", "prediction": "p", "positive": "maybe"}, "no label or prediction is 'maybe'"),
        (FRAME[:0], {"label": "y", "prediction": "p"}, "no rows to judge"),
        (FRAME.assign(y=np.nan), {"label": "y", "prediction": "p"}, "no row has a label"),
        (FRAME.assign(p="ham"), {"label": "y", "prediction": "p"}, "holds texts such as 'ham', but 'y' holds numbers"),
        (FRAME.assign(y="a"), {"label": "y", "prediction": "y", "task": "regression"}, "a regression needs numbers"),
        (FRAME.assign(s=np.nan), {"label": "y", "score": "s"}, "holds no number"),
        (FRAME.assign(s=FRAME.s * 3), {"label": "y", "score": "s"}, "holds no probabilities"),
        (FRAME, {"label": "y", "prediction": "p", "kpis": {"k": "nope"}}, "there is no column 'nope'"),
        (FRAME, {"label": "y", "prediction": "p", "kpis": {"k": lambda _: 1 / 0}}, "KPI 'k' cannot be computed"),
        (3, {"label": "y", "prediction": "p"}, "rows and columns"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_has_a_sentence(frame, words, sentence):
    """Each mistake is named, with what to type."""
    with pytest.raises(ProfileError, match=sentence) as raised:
        performance(frame, **words)
    assert (
        raised.value.hint
        or "rows" in str(raised.value)
        or "KPI" in str(raised.value)
        or "no number" in str(raised.value)
    )


def test_near_columns_are_named():
    """A typo is answered with the column that was meant."""
    with pytest.raises(ProfileError) as raised:
        performance(FRAME.rename(columns={"p": "prediction"}), label="y", prediction="predicton")
    assert raised.value.hint == "prediction"


def test_what_is_missing_is_counted():
    """Labels, predictions and scores that are missing or infinite are left out, and counted in words."""
    frame = FRAME.astype(float)
    frame.loc[:9, "y"] = np.nan
    frame.loc[5:24, "p"] = np.nan
    frame.loc[0, "s"] = np.inf
    report = performance(frame, label="y", prediction="p", score="s")
    assert report.current.rows == 175
    assert {
        "10 of 200 rows of the current data have no label",
        "20 of 200 rows of the current data have no prediction",
        "1 of 200 rows of the current data have no finite score",
    } <= set(report.notes)
    assert report["ROC AUC"].n == 190


def test_scores_outside_are_no_probabilities():
    """They still rank; losses and calibration are left out, and it is said why."""
    report = performance(FRAME.assign(s=FRAME.s * 2 - 0.5), label="y", prediction="p", score="s")
    assert report["ROC AUC"].value is not None
    assert "log loss" not in report.by_name
    assert report.calibration is None
    assert any("lie outside 0 … 1" in note for note in report.notes)


def test_one_class_only():
    """No area under a curve, but an accuracy; a text class alone is a class too."""
    report = performance(FRAME.assign(y=1), label="y", prediction="p", score="s")
    assert report["ROC AUC"].why == "all labels are of one class"
    assert report["accuracy"].value == EXACT
    assert performance(FRAME.assign(y="a", p="a"), label="y", prediction="p")["accuracy"].value == 1.0


def test_a_probability_as_prediction_is_a_score():
    """Fractions for a label of two values are taken as the positive class's probability, and it is said."""
    report = performance(FRAME, label="y", prediction="s")
    assert "log loss" in report.by_name
    assert any("taken as the probability" in note for note in report.notes)


def test_duplicate_names_and_odd_indexes():
    """The first of two columns of one name counts; an index that is no range does no harm."""
    frame = pd.concat([FRAME, FRAME[["p"]]], axis=1).set_index(pd.Index(range(N, 0, -1)))
    assert performance(frame, label="y", prediction="p", window=50)["accuracy"].value == EXACT


def test_labels_without_reference_or_scores():
    """Without labels there has to be something to estimate from."""
    bare = FRAME.drop(columns="y")
    with pytest.raises(ProfileError, match="estimated from scores and a reference"):
        performance(bare, label="y", prediction="p", reference=FRAME)
    with pytest.raises(ProfileError, match="one class"):
        performance(bare, label="y", score="s", reference=FRAME.assign(y=1))
    with pytest.raises(ProfileError, match="fewer than 100"):
        performance(bare, label="y", score="s", reference=FRAME[:50])


@pytest.mark.filterwarnings("error")
def test_odd_columns_are_answers_or_sentences():
    """Lists, times, complex numbers, bytes, infinities, nothing: as label, prediction or slice, no traceback."""
    odd = {
        "lists": [[1]] * N, "times": pd.date_range("2024", periods=N), "complex": [1 + 2j] * N, "bytes": [b"a"] * N,
        "inf": [np.inf, 1.0] * (N // 2), "none": [None] * N, "mixed": [1, "x"] * (N // 2),
        "nan": ["1", "nan"] * (N // 2),
    }  # fmt: skip
    frame = FRAME.assign(**{name: pd.Series(values) for name, values in odd.items()})
    answered = 0
    for label in ("y", *odd):
        for other in ("p", *odd):
            for words in ({"prediction": other, "slices": [*odd], "window": 50}, {"score": other, "reference": frame}):
                with suppress(ProfileError):
                    performance(frame, label=label, **words).to_json()
                    answered += 1
    assert answered > 10
