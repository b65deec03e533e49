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


CROSS = "from sklearn.model_selection import cross_validate, cross_val_score, GridSearchCV\n"


def test_cross_validation_becomes_mean_and_deviation(flowers):
    """Of each score, not of the times; only where the value comes from such a call."""
    flowers.run(CROSS)
    closed = flowers.track(
        "cv = cross_validate(LogisticRegression(), X, y, cv=3)\n"
        "scores = -cross_val_score(LogisticRegression(), X, y, cv=3)\n"
        "part = cross_validate(LogisticRegression(), X, y, cv=3)['test_score']\nother = np.array([0.1, 0.2, 0.4]) * 1"
    )
    space = flowers.shell.user_ns
    assert set(closed.metrics) == {
        f"{name}.{kind}" for name in ("cv.test_score", "scores", "part") for kind in ("mean", "std")
    }
    assert closed.metrics["cv.test_score.mean"] == pytest.approx(space["cv"]["test_score"].mean())
    assert closed.metrics["scores.std"] == pytest.approx(space["scores"].std())


def test_a_trailing_cross_validation_is_named_from_the_call(flowers):
    """Without a name of its own."""
    flowers.run(CROSS)
    assert set(flowers.track("cross_val_score(LogisticRegression(), X, y, cv=3)").metrics) == {
        "cross_val_score.mean", "cross_val_score.std",
    }  # fmt: skip
    assert set(flowers.track("cross_validate(LogisticRegression(), X, y, cv=3)").metrics) == {
        "test_score.mean", "test_score.std",
    }  # fmt: skip


def test_folds_that_failed_are_told(flowers):
    """NaN in a fold makes the mean a warning."""
    flowers.run(CROSS)
    closed = flowers.track(
        "import warnings\nwarnings.simplefilter('ignore')\n"
        "cv = cross_validate(LogisticRegression(), X, y, cv=3, scoring=lambda m, X, y: float('nan'))"
    )
    assert closed.metrics == {}
    assert "cv.test_score.mean is nan" in closed.warnings


def test_the_score_of_a_search(flowers):
    """A fitted search tells its best score, unless the cell took it out under a name of its own."""
    flowers.run(CROSS)
    fit = "search = GridSearchCV(LogisticRegression(), {'C': [0.1, 1.0]}, cv=3).fit(X, y)"
    assert flowers.track(fit).metrics == {"search.best_score": flowers.shell.user_ns["search"].best_score_}
    assert set(flowers.track(f"{fit}\nauc = search.best_score_").metrics) == {"auc"}


def test_a_classification_report_is_flattened(flowers):
    """Scores are metrics, numbers of rows facts."""
    flowers.run("from sklearn.metrics import classification_report")
    closed = flowers.track("report = classification_report([0, 1, 1, 0], [0, 1, 0, 0], output_dict=True)")
    assert closed.metrics["report.accuracy"] == 0.75
    assert closed.metrics["report.1.recall"] == 0.5
    assert closed.metrics["report.macro avg.f1-score"] > 0
    assert closed.facts["report.0.support"] == 2
    assert not any(name.endswith("support") for name in closed.metrics)


def test_named_tuples_and_dataclasses_are_flattened(cells):
    """What was computed counts as metric, lengths as facts, what was typed as parameter."""
    cells.run(
        "from collections import namedtuple\nfrom dataclasses import dataclass\n"
        "Result = namedtuple('Result', 'auc loss')\n"
        "@dataclass\nclass Report:\n    auc: float = 0.0\n    rows: int = 0\n"
        "    kind: str = 'x'\n    rate: float = 0.1\n"
        "def judge():\n    return Report(sum([1]) / 4, 7)"
    )
    closed = cells.track(
        "r = Result(sum([1]) / 2, sum([1]) / 8)\nrep = Report(auc=sum([3]) / 4, rows=len('abc'), kind='y')"
    )
    assert closed.metrics == {"r.auc": 0.5, "r.loss": 0.125, "rep.auc": 0.75}
    assert closed.facts == {"rep.rows": 3}
    assert closed.parameters == {"rep.kind": "y"}
    assert cells.track("told = judge()").metrics == {"told.auc": 0.25, "told.rows": 7, "told.rate": 0.1}


@pytest.mark.parametrize(
    ("source", "metrics", "facts"),
    [
        ("copy = former", {}, {}),
        ("C = 3\nalias = C", {}, {}),
        ("acc = sum([1]) / 2\nbest = acc", {"acc": 0.5, "best": 0.5}, {}),
        ("sizes = {'n': len('abc'), 'share': len('ab') / 4}", {"sizes.share": 0.5}, {"sizes.n": 3}),
        ("n = len('ab')\nm = n", {}, {"n": 2, "m": 2}),
        ("first, rest = sum([1]) / 2, None", {"first": 0.5}, {}),
        ("scores = {1: sum([1]) / 2, 2: sum([1]) / 4}", {"scores.1": 0.5, "scores.2": 0.25}, {}),
        ("inf = float('inf') * len('a')", {}, {}),
        ("run_id = sum([7, 1])\nport = sum([80])\npid = sum([3])", {}, {}),
        ("import time\nt0 = time.perf_counter()\nx = sum([1]) / 2\ntook = time.perf_counter() - t0", {"x": 0.5}, {}),
        ("class M:\n    def score(self): return 0.5\nM().score()", {"score": 0.5}, {}),
    ],
)
def test_only_what_this_cell_computed(cells, source, metrics, facts):
    """Copies of earlier values and of literals are none; copies of results are; ids, ports and clocks are none."""
    cells.run("former = sum([1]) / 3")
    closed = cells.track(source)
    assert (closed.metrics, closed.facts) == (metrics, facts)


def test_answers_of_nbops_are_no_findings(cells):
    """A snapshot, a run or a profile that a cell asks for is neither a metric nor a parameter."""
    cells.run("import nbops, pandas as pd\nd = pd.DataFrame({'a': [1.0, 2.0]})")
    closed = cells.track("s = nbops.snapshot(d)\npr = nbops.profile(d)\nheld = {'s': s}\nacc = d.a.mean() / 2")
    assert (closed.metrics, closed.facts, closed.parameters) == ({"acc": 0.75}, {}, {})
    from nbops.capture.findings.numbers import numbers_in
    from nbops.recording.run import Run

    assert list(numbers_in("run", Run(id="0" * 32, metrics={"acc": 0.5}))) == []
