"""How many different values there are."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from nbops.profiles.sketch import add_sketches, read_sketch, sketch_labels, sketch_numbers

RANDOM = np.random.default_rng(3)


@pytest.mark.parametrize("count", [0, 1, 100, 512])
def test_few_are_counted_exactly(count):
    """Up to 512 different values, however often and in whatever order they come, are counted."""
    values = np.tile(RANDOM.normal(size=count), 50)
    RANDOM.shuffle(values)
    assert read_sketch(sketch_numbers(values)) == count


@pytest.mark.parametrize("count", [600, 5_000, 100_000, 1_000_000])
def test_many_are_told_within_two_percent(count):
    """Beyond that the standard error is 0.8 %."""
    assert read_sketch(sketch_numbers(RANDOM.normal(size=count))) == pytest.approx(count, rel=0.02)


def test_a_value_is_the_same_in_any_dtype():
    """Integers, floats and narrow numbers of one value are one; large neighbours stay apart."""
    numbers = RANDOM.integers(-1_000, 1_000, 20_000)
    sketches = {bytes(sketch_numbers(numbers.astype(kind))) for kind in ("int64", "int16", "float64", "float32")}
    assert len(sketches) == 1
    assert sketch_numbers(np.array([0.0])) == sketch_numbers(np.array([-0.0]))
    large = np.arange(50_000) * 3 + 10**18
    assert read_sketch(sketch_numbers(large)) == pytest.approx(50_000, rel=0.02)


def test_parts_add_up_to_the_whole():
    """Adding sketches gives the very sketch of all values, exact ones included."""
    values = RANDOM.normal(size=30_000)
    parts = [sketch_numbers(part) for part in np.split(values, [50, 300, 9_000])]
    assert reduce(add_sketches, parts) == sketch_numbers(values)
    labels = [f"v{place}" for place in range(2_000)]
    assert add_sketches(sketch_labels(labels[:1_500]), sketch_labels(labels[500:])) == sketch_labels(labels)
    assert read_sketch(sketch_labels(["a", "\ud800"])) == 2
