"""The promise: of healthy datasets at most 5 % reach `warn` and fewer than 1 % `alert`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nbops.monitoring import drift
from nbops.monitoring.judging.calibrate import conformal_limit, shuffle, step_down
from nbops.profiles import profile

DRAWS = 60


def _take(whole, days):
    columns = {}
    for name, column in whole.columns.items():
        counts = column.window_cells()[days]
        columns[name] = replace(column, cells=tuple(counts.sum(axis=0).tolist()), windows=counts.tobytes())
    rows = tuple(whole.window_rows[day] for day in days)
    return replace(
        whole, rows=sum(rows), columns=columns, window_rows=rows, starts=tuple(whole.starts[day] for day in days)
    )


@pytest.mark.parametrize(("windows", "weekly"), [(28, True), (28, False), (1, False)])
def test_healthy_datasets_rarely_warn(orders, roles, windows, weekly):
    """Weeks, or days, dealt at random to both sides stay within the promise (three Monte-Carlo errors allowed)."""
    whole = profile(orders, time="at", roles=roles)
    random = np.random.default_rng(7)
    states = []
    for _ in range(DRAWS):
        if weekly:
            days = np.concatenate([np.arange(7 * week, 7 * week + 7) for week in random.permutation(20)])
        else:
            days = random.permutation(140)
        current, reference = days[:windows].tolist(), days[windows : windows + 84].tolist()
        states.append(drift(_take(whole, current), _take(whole, reference)).state)
    error = np.sqrt(0.05 * 0.95 / DRAWS)
    assert np.mean([state != "ok" for state in states]) <= 0.05 + 3 * error
    assert states.count("alert") <= 2


def test_independent_rows_keep_the_promise():
    """Without windows, rows that are truly independent rarely warn either."""
    random = np.random.default_rng(3)

    def draw(rows):
        return {f"x{place}": random.normal(size=rows) for place in range(6)} | {
            "c": random.choice(list("abcdefghij"), rows)
        }

    states = [drift(draw(600), draw(900)).state for _ in range(40)]
    assert sum(state != "ok" for state in states) <= 6


def test_conformal_limit_is_a_rank():
    """The limit is the ⌈(1 - alpha)(W + 1)⌉-th of the scores, and infinite where they are too few."""
    scores = np.arange(1.0, 20.0)
    assert conformal_limit(scores, 0.05) == 19.0
    assert conformal_limit(scores, 0.1) == 18.0
    assert conformal_limit(scores, 0.01) == float("inf")


def test_shuffles_deal_whole_weeks():
    """Days are dealt in weeks where there are enough, in shorter stretches where not; the truth comes first."""
    weeks = shuffle(56, 28, 7)
    assert weeks.length == 7
    assert weeks.chosen.shape == (495, 12)
    assert weeks.chosen[0].tolist() == [False] * 8 + [True] * 4
    assert (weeks.chosen.sum(axis=1) == 4).all()
    assert len({tuple(row) for row in weeks.chosen.tolist()}) == 495
    assert shuffle(56, 3, 7).length == 1


def test_days_that_fill_no_week_are_not_dealt():
    """Only stretches of one length can be exchanged; the oldest days left over stay out."""
    shuffles = shuffle(59, 31, 7)
    assert shuffles.reference[:3].tolist() == [-1, -1, -1]
    assert shuffles.current[:4].tolist() == [-1, -1, -1, 8]
    assert shuffles.current[-1] == 11


def test_step_down_finds_the_second_column():
    """Once the farthest column is found, the next is held against the others only."""
    random = np.random.default_rng(0)
    noise = random.normal(size=(3, 400))
    far = {"a": noise[0].copy(), "b": noise[1].copy(), "c": noise[2]}
    far["a"][0], far["b"][0], far["c"][0] = 50.0, 5.0, 0.0
    far["a"][1:] += 4
    chances, limits = step_down(far, 0.05)
    assert chances["a"] == chances["b"] == 1 / 400
    assert chances["c"] > 0.05
    assert all((chances[name] <= 0.05) == (far[name][0] > limits[name]) for name in far)
