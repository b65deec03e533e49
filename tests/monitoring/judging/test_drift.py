"""`drift`: states, findings, roles and words."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from nbops.errors import ProfileError
from nbops.monitoring import drift
from nbops.profiles import profile


def test_healthy_days_are_ok(later, reference):
    """Forty days like the reference reach no state, and every column says against which limit."""
    report = drift(later, reference)
    assert (report.state, report.drifted, report.provisional) == ("ok", False, False)
    assert (report.reference.windows, report.current.windows) == (100, 40)
    judged = [column for column in report.columns.values() if column.name != "at"]
    assert all(column.statistic <= column.threshold for column in judged)


@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("amount", lambda frame: frame["amount"] * 1.6),
        ("city", lambda frame: frame["city"].where(np.arange(len(frame)) % 10 != 0, "Zug")),
        ("size", lambda frame: frame["size"] + 2),
        ("amount", lambda frame: frame["amount"].where(np.arange(len(frame)) % 4 != 0)),
    ],
)
def test_a_changed_column_is_found_and_named(later, reference, column, change):
    """One column that moved makes an alert, is named, and no other feature is."""
    report = drift(later.assign(**{column: change(later)}), reference)
    assert report.state == "alert"
    assert report.moved["feature"] == (column,)
    found = report.columns[column]
    assert found.statistic > found.threshold
    assert "→" in found.sentence or "%" in found.sentence


def test_new_values_are_told(later, reference):
    """The sentence names the new category and its share."""
    report = drift(later.assign(city=later["city"].where(np.arange(len(later)) % 10 != 0, "Zug")), reference)
    assert "10.0 % new values ('Zug')" in report.columns["city"].sentence
    assert report.columns["city"].measure == "new values"


def test_missing_values_are_told(later, reference):
    """Missing values that rise are measured as such, before and after."""
    report = drift(later.assign(amount=later["amount"].where(np.arange(len(later)) % 4 != 0)), reference)
    assert report.columns["amount"].measure == "missing rate"
    assert "missing 3.0 % → 27" in report.columns["amount"].sentence


def test_performance_moves_by_itself(later, reference):
    """Labels that turn around move label and performance, and no feature."""
    flipped = later.assign(late=later["late"] ^ (np.arange(len(later)) % 2 == 0))
    flipped["error"] = (flipped["score"] - flipped["late"]) ** 2
    report = drift(flipped, reference)
    assert report.state == "alert"
    assert report.moved == {"feature": (), "prediction": (), "label": ("late",), "performance": ("error",)}
    assert "features did not move" in str(report)
    assert "performance moved (1)" in str(report)


def test_one_day_is_judged_as_one_window(later, reference):
    """A single healthy day is ok; a day on another scale is not, but is at most what a hundred days can prove."""
    day = later[later["at"] == later["at"].min()]
    assert drift(day, reference).state == "ok"
    report = drift(day.assign(amount=day["amount"] * 3), reference)
    assert report.state == "warn"
    assert report.moved["feature"] == ("amount",)
    assert [(window.start, window.exceeded) for window in report.windows] == [("2024-04-10", True)]


def test_few_rows_need_more_than_chance(later, reference):
    """Thirty rows of a healthy day do not warn because thirty rows are few."""
    day = later[later["at"] == later["at"].min()]
    states = [drift(part.sample(30, random_state=seed), reference).state for part in (later, day) for seed in range(12)]
    assert states.count("ok") >= 20
    assert "alert" not in states


def test_without_times_the_report_is_provisional(orders):
    """Frames without times are compared by rows; that is said, and a copy is still ok."""
    frame = orders.drop(columns="at")
    one, two = frame[::2], frame[1::2]
    report = drift(one, two)
    assert (report.state, report.provisional) == ("ok", True)
    assert "provisional" in str(report)
    assert drift(one.assign(amount=one["amount"] * 2), two).moved["feature"] == ("amount",)


def test_a_frame_with_one_time_column_is_cut_into_days(orders, later):
    """Two plain frames with a time column are calibrated on days without being told to."""
    report = drift(later, orders[orders["at"] < "2024-04-10"])
    assert not report.provisional
    assert report.reference.windows == 100


@pytest.mark.parametrize(
    ("change", "column", "finding", "state"),
    [
        (lambda frame: frame.drop(columns="city"), "city", "dropped", "alert"),
        (lambda frame: frame.assign(amount=frame["amount"].astype(str)), "amount", "retyped", "alert"),
        (lambda frame: frame.assign(city=range(len(frame))), "city", "retyped", "alert"),
        (lambda frame: frame.assign(amount=np.nan), "amount", "all missing", "alert"),
        (lambda frame: frame.assign(city=None), "city", "all missing", "alert"),
        (lambda frame: frame.assign(city="Bern"), "city", "constant", "alert"),
        (lambda frame: frame.assign(extra=1), "extra", "added", "ok"),
    ],
)
def test_broken_columns_are_findings(later, reference, change, column, finding, state):
    """A column that is dropped, retyped, emptied, frozen or new is named, and never breaks the comparison."""
    report = drift(change(later), reference)
    assert report.columns[column].finding == finding
    assert column in report.columns[column].sentence
    assert report.state == state
    json.loads(report.to_json())


def test_an_empty_current_frame_is_an_alert(later, reference):
    """No rows at all is something somebody must act on."""
    report = drift(later[:0], reference)
    assert report.state == "alert"
    assert "no rows" in str(report)


def test_duplicate_labels_are_noted(later, reference):
    """Two columns of one name are noted; the first is judged."""
    twice = pd.concat([later, later[["city"]]], axis=1)
    report = drift(twice, reference)
    assert report.state == "ok"
    assert any("several columns called 'city'" in note for note in report.notes)


def test_a_column_that_runs_with_time_is_not_judged(orders, later, roles):
    """A month or a counter always leaves the reference's range; the report says that it is not judged."""
    frame = orders.assign(month=orders["at"].dt.month, counter=np.arange(len(orders)) // 10)
    before, after = frame[frame["at"] < "2024-04-10"], frame[frame["at"] >= "2024-04-10"]
    report = drift(after, profile(before, time="at", roles=roles))
    assert report.state == "ok"
    assert {name for name, column in report.columns.items() if column.finding == "follows time"} == {"month", "counter"}


def test_swapped_sides_are_suspected(orders, later):
    """When the current data end before the reference begins, a note asks whether the two are swapped."""
    report = drift(orders[orders["at"] < "2024-03-01"], later)
    assert any("swapped" in note for note in report.notes)


def test_text_begins_with_both_sides(later, reference):
    """Name, rows and dates of both sides, in the order reference → current."""
    first = str(drift(later, reference)).splitlines()[0]
    assert first == (
        "spring (30,000 rows, 2024-01-01 to 2024-04-09) → current (12,000 rows, 2024-04-10 to 2024-05-19): ok"
    )


def test_the_same_question_has_the_same_answer(later, reference):
    """Reports hold no chance of their own: asked again, they answer the same, from a stored profile too."""
    from nbops.profiles import Profile

    stored = Profile.from_json(reference.to_json())
    assert drift(later, reference).to_json() == drift(later, stored).to_json()


def test_a_profile_on_either_side_is_enough(later, reference, orders):
    """Profiles stand for their data; a profile as current brings its own cells."""
    current = profile(later, like=reference)
    assert drift(current, reference).to_json() == drift(later, reference).to_json().replace('"current"', '"current"')
    lone = profile(later.drop(columns="at"))
    assert drift(lone, orders.drop(columns="at")).state == "ok"


def test_profiles_of_different_cells_are_refused(later, reference):
    """Two profiles counted apart cannot be compared, and the hint says how they could."""
    with pytest.raises(ProfileError, match="different cells"):
        drift(profile(later, time="at"), reference)


@pytest.mark.parametrize(
    ("current", "against", "said"),
    [
        (pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": []}), "reference has no rows"),
        (pd.DataFrame({"x": [1.0]}), pd.DataFrame({"y": [1.0]}), "share no column"),
        (3, pd.DataFrame({"y": [1.0]}), "rows and columns"),
    ],
)
def test_nonsense_is_a_sentence(current, against, said):
    """What cannot be compared is refused with the reason."""
    with pytest.raises(ProfileError, match=said):
        drift(current, against)


def test_a_tiny_alpha_has_no_limit(later, reference):
    """A hundred days cannot tell one in a thousand: the report has no limit then, stays JSON and stays quiet."""
    day = later[later["at"] == later["at"].min()]
    report = drift(day.assign(amount=day["amount"] * 3), reference, alpha=0.001)
    assert report.state == "ok"
    assert report.columns["amount"].threshold is None
    json.loads(report.to_json())


def test_alpha_must_be_a_share(later, reference):
    """An alpha outside of 0 to 1 is refused."""
    with pytest.raises(ProfileError, match="alpha"):
        drift(later, reference, alpha=5)


def test_reports_are_plain_json(later, reference):
    """The wire form has what screens read, for a healthy and for a moved dataset."""
    for frame in (later, later.assign(amount=later["amount"] * 2)):
        body = json.loads(drift(frame, reference).to_json())
        assert {"state", "current", "reference", "columns", "moved", "windows"} <= body.keys()
        assert body["current"].keys() >= {"name", "rows", "from", "to"}
        assert all(
            {"name", "role", "statistic", "threshold", "drifted", "sentence"} <= column.keys()
            for column in body["columns"]
        )
        assert len(body["windows"]) == 40
