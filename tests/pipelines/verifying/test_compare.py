"""What counts as proof."""

from __future__ import annotations

import pytest

from nbops.pipelines.verifying.compare import compare, proves
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.is_within_spread import is_within_spread
from nbops.pipelines.verifying.trial import Trial, tell_lost
from nbops.pipelines.verifying.verdict import differences, summary
from nbops.recording.run import Run


def _run(value):
    return Run(id="0" * 32, metrics={"auc": value})


def test_equal_data_alone_proves_nothing():
    """What went in is no result."""
    data = Comparison("snapshot df", "a", "a", equal=True)
    assert not proves((data,))
    assert not proves(())
    assert proves((data, Comparison("metric auc", 0.5, 0.5, equal=True)))
    assert not proves((data, Comparison("metric auc", 0.5, 0.6, equal=False)))


def test_within_spread_means_between_two_runs_that_differ():
    """Between is within; outside is not, however close; two runs that agree have no spread."""
    assert is_within_spread(_run(0.55), _run(0.5), _run(0.6))
    assert not is_within_spread(_run(0.61), _run(0.5), _run(0.6))
    assert not is_within_spread(_run(0.5), _run(0.5), _run(0.5))
    assert not is_within_spread(_run(0.5), _run(0.4), Run(id="0" * 32))


def test_sizes_alone_prove_nothing():
    """`n = len(df)` says what went in; a size that differs still stands against everything."""
    size = Comparison("fact n", 120, 120, equal=True)
    assert not proves((size,))
    assert proves((size, Comparison("metric auc", 0.5, 0.5, equal=True)))
    assert not proves((Comparison("fact n", 120, 99, equal=False), Comparison("metric auc", 0.5, 0.5, equal=True)))
    told = Trial(Run(id="0" * 32), (size,)).emptiness
    assert told == "only what went in could be compared, the run holds no result; same size (n = 120)"


def test_a_model_that_could_not_be_compared_is_no_proof():
    """Its accuracy is equal because it is 1 anyway; the sentence says what is missing."""
    equal = (Comparison("metric accuracy", 1.0, 1.0, equal=True),)
    trial = Trial(Run(id="0" * 32), equal, ("the model `forest` could not be compared: no rows",))
    assert not trial.proves
    assert trial.is_empty
    assert trial.emptiness == "the model `forest` could not be compared: no rows; accuracy 1 equal"


@pytest.mark.parametrize(("one", "other", "equal"), [("nan", "nan", True), ("inf", "-inf", False), ("nan", "", False)])
def test_a_metric_that_is_not_finite_is_compared(stored_workspace, one, other, equal):
    """It is named, as text that JSON can hold, and is equal to itself only."""
    runs = [
        Run(id="0" * 32, metrics={"total": 2.0}, warnings=(f"loss is {value}",) if value else ())
        for value in (one, other)
    ]
    found = compare(*runs, stored_workspace).comparisons
    assert Comparison("metric loss", one, other or None, equal) in found
    assert proves(found) == equal
    if equal:
        assert summary(found) == "loss nan equal, total 2 equal"


def test_data_that_could_not_be_compared_are_counted(stored_workspace):
    """One of three inputs was compared; the others are named, not passed over."""

    def run(*names, stored="X_train"):
        data = ({"name": name, "id": "a" * 32 if name == stored else None} for name in names)
        return Run(id="0" * 32, metrics={"auc": 0.5}, snapshots=tuple(data))

    names = ("X_train", "X_test", "y_train")
    found = compare(run(*names), run(*names), stored_workspace)
    told = "auc 0.5 equal, data: 1 of 3 inputs compared (X_train), not compared: X_test, y_train"
    assert summary(found.comparisons, found.uncompared) == told
    none = compare(run("X"), run("X"), stored_workspace)
    assert summary(none.comparisons, none.uncompared) == "auc 0.5 equal, data not compared: X"
    gone = compare(run("X_train"), run(), stored_workspace)
    assert not proves(gone.comparisons)


def test_differences_have_as_many_digits_as_it_takes():
    """Six, unless the two would look the same."""
    assert differences((Comparison("metric auc", 0.66119999, 0.68090001, equal=False),)) == "auc 0.6612 → 0.6809"
    assert differences((Comparison("metric auc", 0.5, 0.50000001, equal=False),)) == "auc 0.5 → 0.50000001"
    assert differences((Comparison("metric auc", 0.5, None, equal=False),)) == "metric auc was 0.5 and is missing"


def test_what_changed_comes_first_with_its_effect():
    """Once, however many variables no snapshot stood for."""
    lost = [
        ("churn.csv has changed since", "`X`, `y` could not be read from a snapshot: too large"),
        ("churn.csv has changed since", "`z` could not be read from a snapshot: by reference"),
        ("map.csv is gone", "there is no snapshot of what was read from it"),
    ]
    assert tell_lost(lost, "accuracy 0.6612 → 0.6809") == (
        "churn.csv has changed since (accuracy 0.6612 → 0.6809), and `X`, `y` could not be read from a snapshot: "
        "too large and `z` could not be read from a snapshot: by reference; "
        "map.csv is gone, and there is no snapshot of what was read from it"
    )


def test_other_data_are_told_only_where_no_result_differs():
    """What came of them says more than the beginning of a hash."""
    data, metric = Comparison("snapshot df", "a", "b", equal=False), Comparison("metric auc", 0.5, 0.6, equal=False)
    assert differences((data, metric)) == "auc 0.5 → 0.6"
    assert differences((data,)) == "snapshot df was a and is b"
