"""How far counts lie apart from reference counts. Every measure is an effect size that grows with the difference.

All functions take counts of shape (…, cells), the last cell being the missing values, and work on every leading index
at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.column import Column


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to hold counts against each other.

    Attributes:
        name: As reports print it.
        floor: Smallest spread between healthy windows that is believed, in the measure's own unit.
        effect: Smallest difference worth a `warn`, however certain it is; twice as much is worth an `alert`.
        weight: How much its score counts beside that of the JS distance. Rates and distribution functions have heavier
            tails over healthy days (a storm cancels a third of the flights), and would hide all others' changes.
    """

    name: str
    floor: float
    effect: float
    weight: float = 1.0


JS = Measure("JS distance", 0.01, 0.05)
KS = Measure("KS distance", 0.01, 0.03, 0.7)
SHARE = Measure("share of True", 0.01, 0.03, 0.7)
MISSING = Measure("missing rate", 0.002, 0.01, 0.5)
NEW = Measure("new values", 0.002, 0.01, 0.5)


def measures_of(column: Column) -> tuple[Measure, ...]:
    """Name the measures that suit a column: order matters for numbers, and unseen values for whatever has cells."""
    if column.edges:
        from nbops.monitoring.judging.extras import measures_of_extras

        return (JS, KS, MISSING, NEW, *measures_of_extras(column))
    if column.kind == "bool":
        return (JS, SHARE, MISSING)
    if column.labels:
        return (JS, MISSING, NEW)
    return (MISSING,)


def measure(column: Column, current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Hold *current* counts against *reference* counts.

    Returns:
        One value for each of `measures_of(column)`, shape (…, measures).
    """
    import numpy as np

    from nbops.monitoring.judging.extras import measure_extras

    kinds, more = [one for one in measures_of(column) if one in _FORMULAS], []
    if len(kinds) < len(measures_of(column)) and current.shape[-1] > len(column.cells):
        more = measure_extras(column, current, reference)
        current, reference = current[..., : len(column.cells)], reference[..., : len(column.cells)]
    return np.stack([*(_FORMULAS[one](current, reference) for one in kinds), *more], axis=-1)


def spread_apart(current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Return the Jensen-Shannon distance of counts without a cell for missing values, shape (…)."""
    return js_distance(current, reference)


def share_apart(counts: np.ndarray) -> np.ndarray:
    """Return the share of the last of two counts, shape (…, 2) to shape (…)."""
    return _share(counts, counts[..., -1])


def _missing_rate(current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(abs(_share(current, current[..., -1]) - _share(reference, reference[..., -1])))


def _new_values(current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    import numpy as np

    return _share(current, np.where(reference == 0, current, 0)[..., :-1].sum(axis=-1))


def _share(counts: np.ndarray, part: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(part / np.maximum(counts.sum(axis=-1), 1))


def js_distance(current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Jensen-Shannon distance with base-2 logarithms, from 0 to 1 (Endres & Schindelin 2003)."""
    import numpy as np

    p = current / np.maximum(current.sum(axis=-1, keepdims=True), 1)
    q = reference / np.maximum(reference.sum(axis=-1, keepdims=True), 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.log2((p + q) / 2)
        parts = np.where(p > 0, p * (np.log2(p) - middle), 0) + np.where(q > 0, q * (np.log2(q) - middle), 0)
    return np.asarray(np.sqrt(np.clip(parts.sum(axis=-1) / 2, 0, 1)))


def ks_distance(current: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Largest distance between the two distribution functions at the limits of the bins."""
    import numpy as np

    current, reference = current[..., :-1], reference[..., :-1]
    p = np.cumsum(current, axis=-1) / np.maximum(current.sum(axis=-1, keepdims=True), 1)
    q = np.cumsum(reference, axis=-1) / np.maximum(reference.sum(axis=-1, keepdims=True), 1)
    return np.asarray(np.abs(p - q).max(axis=-1))


_FORMULAS = {JS: js_distance, KS: ks_distance, SHARE: ks_distance, MISSING: _missing_rate, NEW: _new_values}
