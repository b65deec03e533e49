"""Performance with labels and without, on rows whose truth is known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError
from nbops.monitoring import estimate_performance
from nbops.monitoring.performance.performance import performance


def _rows(n=4000, seed=0, flip=0.0, start="2024-01-01"):
    random = np.random.default_rng(seed)
    x = random.normal(size=n)
    happened = random.random(n) < 1 / (1 + np.exp(-2 * x))
    happened = np.where(random.random(n) < flip, ~happened, happened)
    frame = pd.DataFrame(
        {
            "at": pd.Timestamp(start) + pd.to_timedelta(np.arange(n) * 20 // n, unit="D"),
            "city": random.choice(["Bern", "Chur", "Genf"], n, p=[0.6, 0.395, 0.005]),
            "x": x,
            "score": 1 / (1 + np.exp(-2 * x)),
            "amount": random.lognormal(size=n),
        }
    )
    return frame.assign(guess=frame.score >= 0.5, y=happened)


WORDS = {"label": "y", "prediction": "guess", "score": "score"}


@pytest.fixture(scope="module")
def reference():
    """Healthy rows."""
    return _rows(6000, 1)


def test_healthy_rows_are_not_worse(reference):
    """The report says so, with sides, rows and intervals, and becomes JSON."""
    report = performance(_rows(), **WORDS, reference=reference)
    assert (report.state, report.worse, report.current.rows) == ("ok", False, 4000)
    assert report["accuracy"].low < report["accuracy"].value < report["accuracy"].high
    wire = json.loads(report.to_json())
    assert wire["measures"][0]["n"] == 4000
    assert "reference (6,000 rows) → current (4,000 rows): ok" in str(report)


def test_worse_rows_are_named(reference):
    """A fifth of wrong labels is an alert that names the measures; a tolerance lets a little pass."""
    report = performance(_rows(flip=0.2), **WORDS, reference=reference)
    assert report.state == "alert"
    assert {one.name for one in report.changes if one.worse} >= {"accuracy", "ROC AUC", "log loss"}
    assert performance(_rows(flip=0.2), **WORDS, reference=reference, tolerance=3.0).state == "ok"


def test_healthy_rows_are_seldom_called_worse():
    """Of 80 healthy pairs about one in twenty is called worse, over all nine measures together."""
    states = [performance(_rows(400, 2 * n), **WORDS, reference=_rows(800, 2 * n + 1)).state for n in range(1000, 1080)]
    assert sum(state != "ok" for state in states) <= 9
    assert states.count("alert") <= 3


def test_the_bad_slice_comes_first(reference):
    """Worst first, with its interval and what all others have; tiny slices are not judged."""
    frame = _rows(6000, 3)
    frame.loc[frame.city == "Chur", "y"] = ~frame.guess
    report = performance(frame, **WORDS, reference=reference, slices=["city", "x"])
    worst = report.slices[0]
    assert (worst.column, worst.value, worst.worse) == ("city", "Chur", True)
    assert worst.measured.high < worst.rest
    tiny = next(one for one in report.slices if one.value == "Genf")
    assert tiny.chance is None
    assert "fewer than 50" in tiny.small
    assert sum(one.column == "x" for one in report.slices) == 4, "cut at the reference's quartiles"
    assert "city = Chur" in str(report)


def test_healthy_slices_are_seldom_called_worse():
    """Noise columns with sixty slices: Holm keeps false ones rare."""
    random = np.random.default_rng(0)
    wrong = 0
    for seed in range(15):
        frame = _rows(6000, seed)
        for name in "abcdef":
            frame[name] = random.integers(0, 10, len(frame)).astype(str)
        wrong += any(one.worse for one in performance(frame, **WORDS, slices=list("abcdef")).slices)
    assert wrong <= 3


def test_windows_estimate_what_has_no_label_yet(reference):
    """Days with labels are measured, days without are expected, each beside the other."""
    frame = _rows()
    frame["y"] = frame.y.astype(object).where(frame["at"] < "2024-01-11")
    report = performance(frame, **WORDS, reference=reference, by="at")
    assert [bool(one.measures) for one in report.windows] == [True] * 10 + [False] * 10
    assert all(one.estimates[0].name == "accuracy" for one in report.windows)
    assert "2,000 of 4,000 rows of the current data have no label" in report.notes
    assert report.windows[0].start == "2024-01-01"
    assert any("no concept drift" in note for note in report.notes)
    assert len(performance(frame, **WORDS, window=500).windows) == 8


def test_without_labels_it_is_expected(reference):
    """Close to what the labels would have said, and the limit is printed."""
    frame = _rows(20_000, 9)
    truth = performance(frame, **WORDS)["accuracy"].value
    report = performance(frame.drop(columns="y"), **WORDS, reference=reference)
    assert report.estimated
    assert report["accuracy"].value == pytest.approx(truth, abs=0.01)
    assert "no concept drift" in str(report)
    assert (report.state, report.calibration) == ("ok", None)


def test_estimates_are_void_once_labels_disagree_twice(reference):
    """The relation turns: two labelled days that contradict take the estimates of later days away."""
    frame = pd.concat([_rows(2000, 4), _rows(2000, 5, flip=0.3, start="2024-02-01")])
    frame["y"] = frame.y.astype(object).where(frame["at"] < "2024-02-06")
    report = performance(frame, **WORDS, reference=reference, by="at", window="5D")
    assert not report.void, "one labelled stretch of the new kind is not enough"
    frame = pd.concat([_rows(2000, 4), _rows(4000, 5, flip=0.3, start="2024-02-01")])
    frame["y"] = frame.y.astype(object).where(frame["at"] < "2024-02-16")
    report = performance(frame, **WORDS, reference=reference, by="at", window="5D")
    assert report.void
    assert report.windows[0].estimates
    assert not report.windows[-1].estimates
    assert "void" in report.windows[-1].note
    assert report.notes[0].startswith("estimates are void")


def test_one_chunk_after_the_other(reference):
    """`estimate_performance` learns once and judges chunk after chunk."""
    model = estimate_performance(reference, label="y", score="score")
    frame = _rows()
    halves = [model.estimate(one.score.to_numpy(), one.guess.to_numpy()) for one in (frame[:2000], frame[2000:])]
    whole = performance(frame.drop(columns="y"), **WORDS, reference=reference)
    assert (halves[0] + halves[1]).accuracy == pytest.approx(whole["accuracy"].value)


def test_groups_kpis_and_service(reference):
    """Sensitive columns get a table, KPIs their mean or function, a log's latency its quantiles."""
    frame = _rows().assign(latency_ms=np.arange(4000.0), status_code=[200] * 3999 + [503])
    kpis = {"revenue": "amount", "large": lambda rows: (rows.amount > 2).mean()}
    report = performance(frame, **WORDS, reference=reference, sensitive=["city"], kpis=kpis)
    (table,) = report.groups
    assert {one.name: bool(one.small) for one in table.groups} == {"Bern": False, "Chur": False, "Genf": True}
    assert table.impact.low < 1 < table.impact.high
    assert {one.name: one.value for one, _ in report.kpis}["revenue"] == pytest.approx(frame.amount.mean())
    large, before = report.kpis[1]
    assert large.low < (frame.amount > 2).mean() < large.high
    assert before == pytest.approx((reference.amount > 2).mean())
    assert {one.name: one.value for one in report.service}["failed requests"] == 1 / 4000
    assert "latency_ms 95%" in str(report)


def test_numbers_and_rankings(reference):
    """Fractions are a regression, a column of queries makes a ranking."""
    frame = reference.assign(value=reference.x * 2 + 0.3, near=reference.x * 2)
    report = performance(frame, label="value", prediction="near", slices=["city"], sensitive=["city"])
    assert (report.task, report["bias"].value) == ("regression", pytest.approx(-0.3))
    assert report.slices[0].measured.name == "MAE"
    frame["query"] = np.arange(len(frame)) // 20
    ranked = performance(frame, label="y", score="score", query="query", k=5)
    assert ranked.task == "ranking"
    assert 0.8 < ranked["NDCG@5"].value <= 1
    assert ranked["NDCG@5"].n <= 300


def test_more_classes_and_their_scores():
    """Texts as classes; scores by class; one column of scores is refused."""
    random = np.random.default_rng(0)
    truth = random.choice(["a", "b", "c"], 600)
    scores = random.dirichlet([1, 1, 1], 600) + 2 * np.eye(3)[pd.Categorical(truth).codes]
    scores /= scores.sum(axis=1, keepdims=True)
    frame = pd.DataFrame(scores, columns=["pa", "pb", "pc"]).assign(y=truth)
    report = performance(frame, label="y", score={"a": "pa", "b": "pb", "c": "pc"})
    assert report["macro ROC AUC"].value > 0.95
    assert report["log loss"].value < 1
    with pytest.raises(ProfileError, match="one column of scores cannot rank them"):
        performance(frame, label="y", score="pa")
    with pytest.raises(ProfileError, match="no score is given for class c"):
        performance(frame, label="y", score={"a": "pa", "b": "pb"})
