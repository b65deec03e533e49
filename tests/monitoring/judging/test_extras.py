"""Vectors and texts are judged by more than their length."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from nbops.monitoring import drift
from nbops.profiles import Profile, profile

DIGITS, CLASSES = load_digits(return_X_y=True)
WORDS = np.array([f"word{place}" for place in range(120)])


def vectors(random, rows, days=1, *, without=(), start="2024-01-01"):
    """Draw handwritten digits, *rows* a day."""
    pool = np.flatnonzero(~np.isin(CLASSES, without))
    return {
        "at": pd.Timestamp(start) + pd.to_timedelta(np.arange(rows * days) // rows, unit="D"),
        "pixels": DIGITS[random.choice(pool, rows * days)],
    }


def texts(random, rows, days=1, *, new=0.0, long=0, start="2024-01-01"):
    """Write texts of six words, some of them never seen before."""
    chosen = random.choice(WORDS, (rows * days, 6 + long))
    fresh = random.random(chosen.shape) < new
    chosen = np.where(fresh, np.char.add("strange", random.integers(0, 10**6, chosen.shape).astype(str)), chosen)
    return pd.DataFrame(
        {
            "at": pd.Timestamp(start) + pd.to_timedelta(np.arange(rows * days) // rows, unit="D"),
            "note": [" ".join(row) for row in chosen],
        }
    )


@pytest.fixture(scope="module")
def reference():
    """Sixty days of 150 vectors each, as stored."""
    made = profile(vectors(np.random.default_rng(1), 150, 60), time="at")
    return Profile.from_json(made.to_json())


def test_healthy_vectors_seldom_drift():
    """Over references, days like theirs stay below the limit nineteen times out of twenty."""
    random = np.random.default_rng(2)
    found = 0
    for _ in range(6):
        reference = profile(vectors(random, 150, 60), time="at")
        found += sum(drift(vectors(random, 150, start="2025-01-01"), reference).drifted for _ in range(10))
    assert found <= 7


def test_vectors_that_lie_elsewhere_drift(reference):
    """A day without three of ten classes is found by where its vectors lie, and the sentence says so."""
    random = np.random.default_rng(3)
    reports = [drift(vectors(random, 150, without=(1, 2, 3), start="2025-01-01"), reference) for _ in range(8)]
    columns = [report.columns["pixels"] for report in reports]
    assert sum(column.drifted for column in columns) >= 7
    assert {column.measure for column in columns if column.drifted} == {"vector distance"}
    assert "vectors lie elsewhere" in columns[0].sentence


def test_many_windows_of_vectors_are_judged(reference):
    """Two weeks without a class drift together; two weeks of all classes do not."""
    random = np.random.default_rng(4)
    assert drift(vectors(random, 150, 14, without=(3, 4), start="2025-01-01"), reference).drifted
    assert not drift(vectors(random, 150, 14, start="2025-01-01"), reference).drifted


def test_vectors_without_windows_are_judged_by_rows():
    """Bare arrays are held against draws of independent rows."""
    half = {"pixels": DIGITS[::2]}
    assert not drift({"pixels": DIGITS[1::2]}, half).drifted
    moved = drift({"pixels": DIGITS[1::2][~np.isin(CLASSES[1::2], (1, 2, 3))]}, half)
    assert moved.columns["pixels"].measure == "vector distance"
    assert moved.drifted


def test_vectors_of_another_length_are_another_type(reference):
    """Vectors of another dimension are not compared, but told."""
    current = vectors(np.random.default_rng(5), 150)
    current["pixels"] = current["pixels"][:, :30]
    report = drift(current, reference)
    assert report.columns["pixels"].drifted
    assert report.columns["pixels"].finding == "retyped"


def test_published_references_judge_what_they_hold(reference):
    """What a published profile still has is judged."""
    public = Profile.from_json(reference.to_json(publish=True))
    random = np.random.default_rng(6)
    assert drift(vectors(random, 150, without=(1, 2, 3), start="2025-01-01"), public).drifted


@pytest.mark.parametrize(("change", "measure"), [({"new": 0.3}, "unknown words"), ({}, None)])
def test_unknown_words_are_found(change, measure):
    """A share of words that the reference's vocabulary does not have is drift; the same language is not."""
    random = np.random.default_rng(7)
    made = profile(texts(random, 100, 40), time="at")
    assert made.columns["note"].kind == "text"
    assert made.columns["note"].words.share_unknown < 0.02
    assert "word1" not in made.to_json()
    report = drift(texts(random, 100, start="2025-01-01", **change), made)
    assert report.drifted == (measure is not None)
    if measure is not None:
        now = profile(texts(random, 100, **change), like=made).columns["note"].words
        assert now.share_unknown == pytest.approx(0.3, abs=0.05)
