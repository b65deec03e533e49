"""A dataset as named columns, whatever library holds it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nbops.errors import ProfileError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from nbops.profiles.values import Values


class Table(ABC):
    """A dataset whose columns are read one at a time.

    Attributes:
        names: Column labels, each once.
        duplicates: Labels that occur more than once; the first column of that label counts.
        name: What to call the dataset.
        rows: Number of rows.
    """

    names: tuple[str, ...]
    duplicates: tuple[str, ...] = ()
    name: str | None = None

    @property
    @abstractmethod
    def rows(self) -> int:
        """Number of rows."""

    @property
    @abstractmethod
    def frame(self) -> pd.DataFrame:
        """The whole dataset as a pandas frame, in memory."""

    @abstractmethod
    def column(self, name: str) -> Values:
        """Read the column called *name*."""

    @abstractmethod
    def time_columns(self) -> tuple[str, ...]:
        """Name the columns whose type is a point in time."""

    @abstractmethod
    def times(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Read *name* as times, also where they are written as text: seconds and which are missing.

        Raises:
            ProfileError: They are not times.
        """

    def columns(self) -> Iterator[Values]:
        """Read one column after the other."""
        return (self.column(name) for name in self.names)

    def holds_times(self, name: str) -> bool:
        """Say whether `times(name)` would succeed."""
        try:
            self.times(name)
        except ProfileError:
            return False
        return True


class Parts(ABC):
    """A dataset that is not read at once: rows in parts, as often as asked.

    Attributes:
        names: Column labels.
        name: What to call the dataset.
        distributed: It is read by other machines, whatever its size.
    """

    names: tuple[str, ...]
    duplicates: tuple[str, ...] = ()
    name: str | None = None
    distributed = False

    @abstractmethod
    def head(self) -> Table:
        """Return the types of the columns as a table without rows."""

    @abstractmethod
    def count_rows(self) -> int:
        """Return the number of rows."""

    @abstractmethod
    def whole(self) -> Table:
        """Read everything at once."""

    @abstractmethod
    def fold(self, read: Callable[[Iterator[Table], int, int], Any], names: Sequence[str], rows: int) -> list[Any]:
        """Read the columns *names* part by part.

        Args:
            read: Called with tables, the number of their first row within the dataset of *rows* rows, and *rows*; once
                here, or once in each process of a cluster, so it and what it returns can be pickled.
            names: Columns to read.
            rows: Number of rows.

        Returns:
            What *read* returned, in no order if there is more than one.
        """


def unique_labels(labels: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Return each label once, the position of the first column of it, and the labels that occur more than once."""
    first = {label: position for position, label in reversed(list(enumerate(labels)))}
    names = tuple(dict.fromkeys(labels))
    twice = tuple(label for label in names if labels.count(label) > 1) if len(names) < len(labels) else ()
    return names, tuple(first[label] for label in names), twice
