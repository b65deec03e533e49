"""One column of a dataset as arrays, whatever library held it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

STRING = "string"


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """One column as arrays.

    Attributes:
        name: Label.
        dtype: As pandas calls it, whatever library held it.
        family: `number`, `bool`, `time`, `string`, `vector`, `opaque` or `empty`.
        integer: Numbers without fractions by dtype.
        numbers: For numbers, shape (rows,), NaN where missing (integers hold none).
        codes: For strings and bools, index into `labels`, -1 where missing.
        labels: Different values of strings and bools.
        seconds: For times, since the epoch, in local time of the column.
        missing: Which rows have no value, for times, vectors and opaque columns.
        dimension: For vectors, how long most of them are; those of another length are missing.
        vectors: For vectors, reads rows from the first to before the second given, shape (rows, dimension).
    """

    name: str
    dtype: str
    family: str
    integer: bool = False
    numbers: np.ndarray | None = None
    codes: np.ndarray | None = None
    labels: tuple[str, ...] = ()
    seconds: np.ndarray | None = None
    missing: np.ndarray | None = None
    dimension: int = 0
    vectors: Callable[[int, int], np.ndarray] | None = None
