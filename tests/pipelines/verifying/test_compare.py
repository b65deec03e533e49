"""What counts as proof."""

from __future__ import annotations

from nbops.pipelines.verifying.compare import proves
from nbops.pipelines.verifying.comparison import Comparison
from nbops.pipelines.verifying.is_within_spread import is_within_spread
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
