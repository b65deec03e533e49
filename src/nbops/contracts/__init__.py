"""What a dataset is expected to be: inferred, written as a page of YAML, held against any engine's data.

A contract speaks of integers, numbers, texts, categories, truth values, times and vectors, never of an engine's types.
It is checked from a dataset's profile; rows are read only of columns of which the profile leaves something open.
"""

from __future__ import annotations

from nbops.contracts.contract import Contract, contract
from nbops.contracts.violation import Checked, Violation

__all__ = ["Checked", "Contract", "Violation", "contract"]
