"""Runs are held against each other by what was chosen, what came out, and with which data and code."""

from __future__ import annotations

import pytest

from journal_writer import Writer
from nbops.errors import RunNotFound
from nbops.recording.compare import compare

_DATA = {"name": "train", "rows": 10, "by_reference": False}


@pytest.fixture
def pair(stored_workspace):
    """Two runs that differ in a parameter, a metric, their data and one line of code."""
    writer = Writer(stored_workspace)
    old = writer.run(
        "old",
        opened={"source": "C = 0.5\nfit()"},
        parameters={"C": 0.5, "depth": 3},
        metrics={"auc": 0.8, "loss": 0.1},
        datasets=(_DATA | {"snapshot": "a" * 64},),
        environment={"packages": {"numpy": "2.4", "pandas": "3.1"}},
    )
    new = writer.run(
        "new",
        opened={"source": "C = 0.7\nfit()"},
        parameters={"C": 0.7, "depth": 3},
        metrics={"auc": 0.9, "loss": 0.1},
        datasets=(_DATA | {"snapshot": "b" * 64},),
        environment={"packages": {"numpy": "2.4", "pandas": "3.2"}},
    )
    return old, new


def _values(comparison):
    return {(row.topic, row.name): row.values for row in comparison.rows}


def test_all_metrics_and_only_what_else_differs(pair):
    """Equal parameters and packages are left out, equal metrics are not."""
    comparison = compare(*pair)
    assert _values(comparison) == {
        ("metrics", "auc"): (0.8, 0.9),
        ("metrics", "loss"): (0.1, 0.1),
        ("parameters", "C"): (0.5, 0.7),
        ("data", "train"): ("10 rows, aaaaaaaaaaaa", "10 rows, bbbbbbbbbbbb"),
        ("packages", "pandas"): ("3.1", "3.2"),
    }
    assert [row.name for row in comparison.rows if not row.differs] == ["loss"]
    assert "-C = 0.5" in comparison.code
    assert "+C = 0.7" in comparison.code


def test_a_run_that_lacks_something(pair, stored_workspace):
    """None stands for what a run does not have; the order is the one asked for."""
    other = Writer(stored_workspace).run("other", metrics={"f1": 0.5}, parameters={})
    values = _values(compare(other, *pair))
    assert values["metrics", "f1"] == (0.5, None, None)
    assert values["metrics", "auc"] == (None, 0.8, 0.9)
    assert values["parameters", "depth"] == (None, 3, 3)


def test_equal_code_has_no_difference(pair):
    """A run beside itself differs in nothing."""
    comparison = compare(pair[0], pair[0])
    assert (comparison.code, [row.differs for row in comparison.rows]) == ("", [False, False])


def test_one_run_is_not_enough(pair):
    """The sentence says how many it takes, an unknown one is named."""
    with pytest.raises(RunNotFound, match="two runs or more"):
        compare(pair[0])
    with pytest.raises(RunNotFound, match="nothing-like-it"):
        compare(pair[0], "nothing-like-it")
