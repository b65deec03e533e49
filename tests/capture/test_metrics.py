"""What counts as a metric of a cell."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("source", "metrics", "facts"),
    [
        ("acc = sum([1, 2]) / 4", {"acc": 0.75}, {}),
        ("acc = np.float32(0.5) * 1", {"acc": 0.5}, {}),
        ("acc = np.array(3.0) + 0", {"acc": 3.0}, {}),
        ("wrong = (np.arange(5) > 2).sum()", {"wrong": 2}, {}),
        ("n = len('abc')\nrows, cols = np.zeros((3, 2)).shape", {}, {"n": 3, "rows": 3, "cols": 2}),
        ("share = len('abc') / 4", {"share": 0.75}, {}),
        ("start = time.time()\nx = 1 + len('ab')\nelapsed = time.time() - start", {}, {"x": 3}),
        ("where = int(np.argmax([1, 5, 2]))\nrow_id = int('7' + '1')", {}, {}),
        ("ok = np.bool_(True)\nflag = bool(len('a'))\nz = complex(1, 2)", {}, {}),
        ("i = 0\nwhile i < 3:\n    i += 1", {}, {}),
        ("_secret = sum([1]) / 2", {}, {}),
        ("scores = {'f1': sum([1]) / 2, 'name': 'x', 'k': 3}", {"scores.f1": 0.5}, {}),
        ("report = dict(zip(['a', 'b'], [0.1, 0.2]))", {"report.a": 0.1, "report.b": 0.2}, {}),
        ("means = pd.Series([1.5, 2.5], index=['a', 'b']) * 1", {"means.a": 1.5, "means.b": 2.5}, {}),
        ("preds = pd.Series(np.arange(4.0))\nvector = np.arange(3.0)", {}, {}),
        ("if len('a') > 5:\n    acc = sum([1]) / 2", {}, {}),
    ],
)
def test_what_was_computed(cells, source, metrics, facts):
    """Finite real scalars are metrics; lengths are facts; timers, counters, places, flags and vectors are neither."""
    cells.run("import time\nimport numpy as np, pandas as pd")
    closed = cells.track(source)
    assert (closed.metrics, closed.facts) == (metrics, facts)


def test_the_last_value_of_a_loop_is_marked(cells):
    """In a loop the last value counts."""
    closed = cells.track("for epoch in range(3):\n    loss = 1 / (epoch + 1)")
    assert (closed.metrics, closed.tags["nbops.loop"]) == ({"loss": 1 / 3}, "loss")


def test_numbers_that_are_not_finite_are_told(cells):
    """NaN is a warning, no metric."""
    closed = cells.track("loss = float('nan') * len('a')\nacc = len('a') / 2")
    assert closed.metrics == {"acc": 0.5}
    assert "loss is nan" in closed.warnings


def test_a_trailing_score_is_named_from_the_call(flowers):
    """`model.score(…)` as last line counts, a trailing length or sum does not."""
    assert list(flowers.track("model = LogisticRegression().fit(X, y)\nmodel.score(X, y)").metrics) == ["score"]
    assert flowers.track("k = 1\nsum([k, 2])").metrics == {}


def test_a_value_computed_again_counts_again(cells):
    """Equal results of a rerun are results."""
    for _ in range(2):
        assert cells.track("C = 2\nacc = C / 8").metrics == {"acc": 0.25}


def test_best_parameters_are_no_metrics(cells):
    """A dict of chosen parameters is not flattened into metrics."""
    cells.run("class Search:\n    best_params_ = {'C': 0.5}\nsearch = Search()")
    assert cells.track("best = search.best_params_").metrics == {}
