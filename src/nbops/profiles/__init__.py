"""Datasets as small, mergeable statistical summaries without raw rows.

A profile counts, for every column, how many rows fall into each of its cells: equal-mass bins of a number, the most
frequent values of a category, and one cell for missing values. Counts add, so hours roll up to days and partitions to
a table. A profile made `like` another one uses the same cells, which is what makes the two comparable.
"""

from __future__ import annotations

from nbops.profiles.column import Column
from nbops.profiles.profile import Profile, profile

__all__ = ["Column", "Profile", "profile"]
