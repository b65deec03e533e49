"""A signal counts how long what moved has moved."""

from __future__ import annotations

import pytest

from nbops.errors import WatchNotFound
from nbops.monitoring import watch
from nbops.monitoring.watching.signal import Moved, signal, signal_of


def _report(number, moved, *, windows=(), means=None, family="f", finding=None):
    columns = [
        {"name": name, "role": role, "drifted": name in moved, "finding": finding if name == "amount" else None}
        for name, role in (("amount", "feature"), ("score", "prediction"), ("error", "performance"))
    ]
    return {
        "watch": "w", "model": "churn", "version": 3, "label": str(number), "state": "warn", "created": float(number),
        "reference_id": family, "current": {"from": f"2024-01-{number:02d}"}, "columns": columns, "means": means or {},
        "windows": [{"columns": list(names)} for names in windows],
    }  # fmt: skip


def test_reports_in_a_row_are_counted():
    """A row ends with the first report, from the latest backwards, in which the role did not move."""
    reports = [_report(1, {"amount"}), _report(2, set()), _report(3, {"amount"}), _report(4, {"amount", "score"})]
    found = signal_of(reports[::-1])
    assert found.features == Moved(("amount",), 2, 2)
    assert found.predictions == Moved(("score",), 1, 1)
    assert (bool(found.residuals), found.label, found.together) == (False, "4", True)


def test_windows_inside_a_report_count():
    """Of a report with several windows, those in which the role moved."""
    windows = [("amount",), ("score",), ("amount", "score"), ()]
    found = signal_of([_report(1, {"amount", "score"}, windows=windows), _report(2, {"amount"})])
    assert (found.features.windows, found.features.reports) == (3, 2)
    assert not found.predictions


@pytest.mark.parametrize(("means", "worse"), [([0.2, 0.3], True), ([0.3, 0.2], False)])
def test_performance_is_worse_only_when_errors_grow(means, worse):
    """Errors that shrink are residuals that moved, and no worse performance."""
    found = signal_of([_report(1, {"amount", "error"}, means={"error": means})])
    assert (bool(found.residuals), bool(found.performance)) == (True, worse)


def test_features_alone_are_no_reason():
    """Nor are broken data, whatever moved with them."""
    assert not signal_of([_report(1, {"amount"})]).together
    broken = signal_of([_report(1, {"amount", "score"}, finding="retyped")])
    assert (broken.broken, broken.together) == (("amount",), False)


def test_another_reference_begins_anew():
    """Reports against another reference or of another version do not count."""
    found = signal_of([_report(1, {"amount"}, family="old"), _report(2, {"amount"})])
    assert found.features.reports == 1


def test_a_signal_of_real_reports(registered, reference, later):
    """Amounts that rise for two reports, and errors with them, are a signal with counts, roles and direction."""
    seen = watch("late-flights", reference, workspace=registered)
    with pytest.raises(WatchNotFound, match="no report yet"):
        signal("late-flights", workspace=registered)
    days = sorted(later["at"].unique())
    for first in (0, 14):
        part = later[later["at"].isin(days[first : first + 14])]
        seen.observe(part.assign(amount=part["amount"] * 2, error=part["error"] * 3))
    found = signal("late-flights", workspace=registered)
    assert (found.model, found.version, found.state, found.broken) == ("late-flights", 1, "alert", ())
    assert (found.features.columns, found.features.reports) == (("amount",), 2)
    assert found.features.windows >= 2
    assert found.performance.columns == ("error",)
    assert not found.predictions
    assert found.together
    assert found.to_wire()["together"] is True
