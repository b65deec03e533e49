"""Lengths in bytes read as people say them."""

from __future__ import annotations

import pytest

from nbops.readiness.sizes import in_bytes


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2.5e9, "2.5 GB"), (3e15, "3000.0 TB")]
)
def test_in_bytes(count, said):
    """The largest unit that leaves at least one."""
    assert in_bytes(count) == said
