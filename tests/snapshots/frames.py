"""Frames that more than one file of tests stores."""

from __future__ import annotations

import numpy as np
import pandas as pd


def numbers(rows=60_000, seed=1):
    """A column that does not compress."""
    return pd.DataFrame({"x": np.random.default_rng(seed).normal(size=rows), "y": np.arange(rows) % 7})
