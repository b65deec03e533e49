"""Well-known statistics of one column, to explain with. None of them decides: at a million rows every p-value is zero.

All are read off the counts, so a stored profile is enough and a million rows cost nothing.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

from nbops.monitoring.judging.measures import js_distance, ks_distance
from nbops.profiles.read_quantile import read_quantile

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.column import Column

PSI, JS, KS, CHI_SQUARE, CRAMER, WASSERSTEIN, SHIFT = (
    "PSI", "JS distance", "KS distance", "chi-square", "Cramér's V", "Wasserstein / sd", "median shift in IQR",
)  # fmt: skip
NAMES = (PSI, JS, KS, CHI_SQUARE, CRAMER, WASSERSTEIN, SHIFT)
_POINTS = 200


def statistics_of(reference: Column, current: Column) -> dict[str, float]:
    """Return name → value of every statistic that suits the column, rounded to six digits.

    `PSI` adds half a row to every cell (Jeffreys), so that empty cells do not decide. `chi-square` and `Cramér's V` are
    of the table of both sides, which treats neither as exact. `Wasserstein / sd` is the mean distance of 200 quantiles
    in standard deviations of the reference, `median shift in IQR` that of the medians in its interquartile ranges.
    Shares (`missing`, `new values`, `lost values`, `below range`, `above range`) are of all rows of their side.

    Args:
        reference: Counted in the same cells as *current*.
        current: Of the data that came in.
    """
    import numpy as np

    before, now = np.array(reference.cells, dtype=float), np.array(current.cells, dtype=float)
    if not before.sum() or not now.sum():
        return {}
    told = {"missing before": _rate(reference, reference.missing), "missing now": _rate(current, current.missing)}
    if len(before) > 2:  # noqa: PLR2004 # a value and a missing one say nothing more than the missing rates
        chi, cramer = _chi_square(before, now)
        told |= {PSI: _psi(before, now), JS: float(js_distance(now, before)), CHI_SQUARE: chi, CRAMER: cramer}
    if reference.edges:
        told[KS] = float(ks_distance(now, before))
        told |= _of_numbers(reference, current)
    elif reference.labels:
        told |= _of_labels(reference, current)
    return {name: float(f"{value:.6g}") for name, value in told.items() if isfinite(value)}


def _psi(before: np.ndarray, now: np.ndarray) -> float:
    import numpy as np

    used = (before + now) > 0
    p, q = now[used] + 0.5, before[used] + 0.5
    p, q = p / p.sum(), q / q.sum()
    return float(((p - q) * np.log(p / q)).sum())


def _chi_square(before: np.ndarray, now: np.ndarray) -> tuple[float, float]:
    """Return Pearson's statistic of the 2 × cells table and Cramér's V, which is its root per row (two sides)."""
    import numpy as np

    table = np.vstack([before, now])[:, (before + now) > 0]
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    chi = float((np.square(table - expected) / expected).sum())
    return chi, sqrt(chi / float(table.sum()))


def _of_numbers(reference: Column, current: Column) -> dict[str, float]:
    told = {
        "below range": _rate(current, current.cells[0]),
        "above range": _rate(current, current.cells[-2]),
    }
    if not (_values(reference) and _values(current)):
        return told
    points = [(at + 0.5) / _POINTS for at in range(_POINTS)]
    distance = sum(abs(read_quantile(current, p) - read_quantile(reference, p)) for p in points) / _POINTS
    if reference.sd:
        told[WASSERSTEIN] = distance / reference.sd
    before = {p: reference.quantiles.get(str(p), read_quantile(reference, p)) for p in (0.25, 0.5, 0.75)}
    median = current.quantiles.get("0.5", read_quantile(current, 0.5))
    if before[0.75] > before[0.25]:
        told[SHIFT] = (median - before[0.5]) / (before[0.75] - before[0.25])
    if current.infinite or reference.infinite:
        told["infinite before"] = _rate(reference, reference.infinite)
        told["infinite now"] = _rate(current, current.infinite)
    return told


def _of_labels(reference: Column, current: Column) -> dict[str, float]:
    pairs = list(zip(reference.cells[:-1], current.cells[:-1], strict=True))
    told = {"lost values": _rate(reference, sum(before for before, now in pairs if not now))}
    if reference.closed:
        told["new values"] = _rate(current, sum(now for before, now in pairs if not before))
    return told


def _values(column: Column) -> int:
    return column.rows - column.missing


def _rate(column: Column, rows: int) -> float:
    return rows / max(column.rows, 1)
