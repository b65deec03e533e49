"""Every window of a report has a state of its own, at two scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nbops.monitoring import drift
from nbops.monitoring.judging.calibrate import limit_between, rotate, shuffle
from nbops.profiles import profile


def test_a_change_is_found_in_its_window_and_alerts_in_the_next(later, reference):
    """The window in which data change warns, the next one alerts, and those before stay ok."""
    day = later["at"].rank(method="dense").astype(int) - 1
    changed = later.assign(amount=later["amount"].where(day < 20, later["amount"] * 3))
    states = [window.state for window in drift(changed, reference).windows]
    assert states[20:22] == ["warn", "alert"]
    assert states[:20].count("alert") == 0
    assert set(states[21:]) == {"alert"}


def test_a_week_shows_what_its_days_hide(later, reference):
    """A mix that shifts by a few points is in no day, and in the roll-up of seven, which names the column."""
    random = np.random.default_rng(0)
    mixed = later.assign(city=later["city"].mask(random.random(len(later)) < 0.06, "Thun"))
    windows = drift(mixed, reference).windows
    ends = [window for window in windows if window.rolled]
    assert [window.rolled for window in ends] == [7] * 5
    assert sum(window.together > 1 for window in ends) >= 4
    assert all("city" in window.columns for window in ends if window.together > 1)
    assert np.mean([window.score > 1 for window in windows]) < 0.5


def take(whole, days):
    """Return the profile of some days of *whole*."""
    columns = {}
    for name, column in whole.columns.items():
        counts = column.window_cells()[days]
        columns[name] = replace(column, cells=tuple(counts.sum(axis=0).tolist()), windows=counts.tobytes())
    rows, starts = (tuple(of[day] for day in days) for of in (whole.window_rows, whole.starts))
    return replace(whole, rows=sum(rows), columns=columns, window_rows=rows, starts=starts)


def test_healthy_windows_rarely_warn(orders, roles):
    """Of healthy days dealt at random at most 5 % warn and under 1 % alert (three Monte-Carlo errors allowed)."""
    whole = profile(orders, time="at", roles=roles)
    random = np.random.default_rng(5)
    states = []
    for _ in range(20):
        days = random.permutation(140).tolist()
        states += [window.state for window in drift(take(whole, days[:14]), take(whole, days[14:98])).windows]
    assert np.mean([state != "ok" for state in states]) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / len(states))
    assert np.mean([state == "alert" for state in states]) <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / len(states))


def test_a_short_window_says_so(later, reference):
    """A day with a handful of rows is unknown, not ok, and a note names it."""
    first = later["at"].min()
    few = later[(later["at"] != first) | (np.arange(len(later)) < 5)]
    report = drift(few, reference)
    assert (report.windows[0].state, report.windows[0].rows) == ("unknown", 5)
    assert any("1 of 40 windows have too few rows to judge: 2024-04-10 (5)" in note for note in report.notes)
    assert "unknown" in report.to_json()


def test_windows_of_rows(orders, roles):
    """Without times, windows of so many rows calibrate the limits; a change is found in its window."""
    frame = orders.drop(columns="at")
    reference = profile(frame[:24_000], window="300 rows", roles=roles)
    assert reference.starts[:2] == ("row 1", "row 301")
    current = frame[24_000:30_100].assign(amount=lambda part: part["amount"] * np.repeat([1, 4], [3000, 3100]))
    report = drift(current, reference)
    assert (report.reference.windows, report.current.windows) == (80, 21)
    assert not report.provisional
    assert [window.state for window in report.windows][9:12] == ["ok", "warn", "alert"]
    assert drift(frame[24_000:30_000], frame[:24_000], window="300 rows").reference.windows == 80


def test_windows_of_rows_follow_time_where_it_is_known(orders):
    """With a time column the rows are taken in its order, however they lie."""
    mixed = orders.sample(frac=1, random_state=0)
    ordered = profile(orders, time="at", window="600 rows").columns["city"].window_cells()
    assert (profile(mixed, time="at", window="600 rows").columns["city"].window_cells().sum(axis=1) == 600).all()
    assert len(ordered) == 70


def test_windows_of_rows_cannot_be_added_up(orders):
    """Two profiles that count their own rows have no windows in common."""
    from nbops.errors import ProfileError

    one = profile(orders[:3000], window="300 rows")
    with pytest.raises(ProfileError, match="windows of rows"):
        one.merge(profile(orders[3000:6000], window="300 rows", like=one))


def test_a_limit_between_ranks():
    """A share that is no whole number of scores lies between two of them; inf where there are too few."""
    scores = np.arange(1.0, 60.0)
    assert limit_between(scores, 0.05) == 57.0
    assert 57.0 < limit_between(scores, 0.04) < 58.0
    assert limit_between(scores, 0.01) == float("inf")


def test_one_week_is_moved_as_a_whole():
    """A week against eight is not dealt day by day: it is moved through all places, the true one first."""
    moved = shuffle(56, 7, 7)
    assert moved.rotated
    assert moved.chosen.shape == (63, 63)
    assert moved.chosen[0].tolist() == [False] * 56 + [True] * 7
    assert (rotate(900, 7).chosen.sum(axis=1) == 7).all()
    assert len(rotate(900, 7).chosen) == 500
