"""What a profile knows about one column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nbops.errors import ProfileError
from nbops.profiles.vector import Vector
from nbops.profiles.words import Words

if TYPE_CHECKING:
    import numpy as np

NUMBER, CATEGORY, BOOL, TIME, TEXT, ID, VECTOR, EMPTY, OPAQUE = (
    "number", "category", "bool", "time", "text", "id", "vector", "empty", "opaque",
)  # fmt: skip
FEATURE, PREDICTION, LABEL, PERFORMANCE, IGNORED = "feature", "prediction", "label", "performance", "ignored"
ROLES = (FEATURE, PREDICTION, LABEL, PERFORMANCE, TIME, IGNORED)

_FAMILIES = {CATEGORY: "string", TEXT: "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """Counts and a few numbers that stand for one column.

    Attributes:
        name: Label of the column.
        kind: `number`, `category`, `bool`, `time`, `text` (told by its length and words), `id` (unique keys), `vector`
            (told by its norm and by random features), `empty` (no value at all) or `opaque` (lists, mixed objects). Of
            the last five kinds no value is kept.
        dtype: As pandas calls it, whatever library held the column.
        role: `feature`, `prediction`, `label`, `performance`, `time` or `ignored`.
        cells: How many rows fall into each cell; they sum to the rows. With `edges` e₀ … eₘ₋₁ cell 0 is x ≤ e₀, cell i
            is eᵢ₋₁ < x ≤ eᵢ, cell m is x > eₘ₋₁; with `labels` one cell each and one for all other values; otherwise
            one for whatever is there. The last cell is always the missing values.
        edges: Limits of the bins, ascending. Equal-mass on the data they were made from; e₀ lies just under the minimum
            and eₘ₋₁ is the maximum, so cell 0 and cell m are out of range.
        labels: Values that have a cell of their own, most frequent first.
        closed: `labels` are all the values that there were; any other value is new.
        unlisted: The most frequent values without a cell, with their counts.
        infinite: How many values are ±inf; they count in the outer cells.
        distinct: Number of different values; above 100,000 rows, and after a merge, within about 2 % where there are
            more than 512. 0 where it was not counted.
        mean, sd: Of the finite values.
        low, high: Smallest and largest finite value.
        quantiles: Probability → value; estimated from 100,000 rows of a larger table.
        first, last: ISO dates of a time column.
        windows: Counts of cells per time window as little-endian int32, window by window; empty without windows.
        sketch: From which `distinct` of merged profiles is read, see `sketch`; of labelled columns only of the values
            without a cell. Empty in what is published.
        vector: Where vectors lie.
        words: Of a text.
    """

    name: str
    kind: str
    dtype: str
    cells: tuple[int, ...]
    role: str = FEATURE
    edges: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    closed: bool = True
    unlisted: tuple[tuple[str, int], ...] = ()
    infinite: int = 0
    distinct: int = 0
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    quantiles: Mapping[str, float] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None
    windows: bytes = field(default=b"", repr=False)
    sketch: bytes = field(default=b"", repr=False)
    vector: Vector | None = None
    words: Words | None = None

    @property
    def rows(self) -> int:
        """Rows counted, missing ones included."""
        return sum(self.cells)

    @property
    def missing(self) -> int:
        """Rows without a value."""
        return self.cells[-1]

    @property
    def family(self) -> str:
        """What the column can be held against: `string` for categories and texts, `vector of 64`, else the kind."""
        if self.vector is not None:
            return f"{self.kind} of {self.vector.dimension}"
        return _FAMILIES.get(self.kind, self.kind)

    def window_cells(self) -> np.ndarray:
        """Return the counts per window, shape (windows, cells)."""
        import numpy as np

        return np.frombuffer(self.windows, dtype="<i4").reshape(-1, len(self.cells))

    def check_same_cells(self, other: Column) -> None:
        """Make sure that counts of *other* may be added.

        Raises:
            ProfileError: The two count different cells.
        """
        if self._places() != other._places():
            raise ProfileError(
                f"column {self.name!r} was counted in different cells",
                hint="profile(df, like=first), so that both use the same",
            )

    def _places(self) -> tuple[object, ...]:
        vector = self.vector and (self.vector.dimension, self.vector.bandwidth, self.vector.seed)
        words = self.words and (self.words.vocabulary, self.words.edges)
        return self.edges, self.labels, len(self.cells), vector, words
