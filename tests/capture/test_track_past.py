"""`%track last` and `%track 12`."""

from __future__ import annotations

import pytest

from nbops.capture.cells.request_tracking import request_tracking
from nbops.capture.cells.track_past import track_past
from nbops.capture.track_request import TrackRequest
from nbops.errors import RunNotFound


def test_the_last_cell_is_recorded_late(flowers):
    """Parameters, metrics, model and unchanged data of a cell that nobody tracked."""
    flowers.run(
        "C = 0.5\nmodel = LogisticRegression(C=C).fit(X_train, y_train)\naccuracy = model.score(X_test, y_test)"
    )
    closed = track_past(flowers.shell, "last", TrackRequest())
    assert (closed.parameters, list(closed.metrics)) == ({"C": 0.5}, ["accuracy"])
    assert [model["name"] for model in closed.models] == ["model"]
    assert {item["name"] for item in closed.datasets} == {"X_train", "y_train", "X_test", "y_test"}
    assert flowers.opened[-1].tags == {"nbops.late": "true"}
    assert flowers.opened[-1].execution == 2


def test_what_was_overwritten_is_told(flowers):
    """A value that a later cell replaced is not recorded as this cell's."""
    flowers.run("C = 1\nloss = C / 4")
    flowers.run("loss = 9.5\nX = X + 1")
    closed = track_past(flowers.shell, "2", TrackRequest())
    assert (closed.parameters, closed.metrics) == ({"C": 1}, {})
    assert any("loss was overwritten since" in warning for warning in closed.warnings)


def test_unknown_cells_and_runs_are_refused(cells):
    """A count that never ran, and a cell that is a run already."""
    cells.track("a = 1")
    for which in ("last", "1", "77"):
        with pytest.raises(RunNotFound):
            track_past(cells.shell, which, TrackRequest())


def test_asking_outside_of_a_cell_records_nothing(cells):
    """Nothing runs, so that nothing can be tracked."""
    from nbops.capture import boundary

    boundary._said.clear()
    with pytest.warns(boundary.NotRecorded):
        assert request_tracking(cells.shell, TrackRequest()) is None
