"""Count a column of numbers in equal-mass bins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nbops.profiles.column import BOOL, EMPTY, ID, NUMBER, Column
from nbops.profiles.count import tally
from nbops.profiles.place import choose_edges, place
from nbops.profiles.sample_rows import SAMPLE
from nbops.profiles.sketch import read_sketch, sketch_numbers

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.values import Values

_BLOCK = 16_384
_PROBABILITIES = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)
_KEYS = 100


def count_numbers(values: Values, numbers: np.ndarray, rows: Rows, role: str, like: Column | None) -> Column:
    """Count *numbers* in the bins of *like*, else in bins of their own."""
    import numpy as np

    ordered = order(rows.sampled(numbers))
    if like is None or like.family == BOOL:
        if like is not None and only_bits(numbers):
            from nbops.profiles.count_labels import count_labels

            return count_labels(values, np.where(np.isnan(numbers), -1, numbers).astype(np.int8), rows, role, like)
        like = None
    shared = like is not None and like.kind == NUMBER
    if not shared and _is_key(values, numbers, ordered, rows, like):
        sketch = sketch_numbers(numbers)
        cells, windows = tally(np.isnan(numbers).astype(np.uint8), 2, rows)
        distinct = cells[0] if like is None else distinct_of(sketch, ordered, rows)
        return Column(values.name, ID, values.dtype, cells, role, distinct=distinct, windows=windows, sketch=sketch)
    measured = measure_numbers(numbers, ordered)
    if like is not None and shared:
        edges = like.edges
    elif len(ordered) and "low" in measured:
        edges = choose_edges(ordered, measured["low"], measured["high"])
    else:
        cells, windows = tally(np.isnan(numbers).astype(np.uint8), 2, rows)
        kind = EMPTY if rows.count and cells[0] == 0 else NUMBER
        infinite = measured["infinite"]
        return Column(values.name, kind, values.dtype, cells, role, infinite=infinite, windows=windows)
    sketch = sketch_numbers(numbers)
    if not rows.part:
        measured |= {"quantiles": quantiles_of(ordered), "distinct": distinct_of(sketch, ordered, rows)}
    else:
        measured["distinct"] = read_sketch(sketch)
    cells, windows = tally(place(numbers, edges), len(edges) + 2, rows)
    return Column(
        values.name, NUMBER, values.dtype, cells, role, edges=edges, windows=windows, sketch=sketch, **measured
    )


def order(sample: np.ndarray) -> np.ndarray:
    """Return the finite values of *sample*, ascending."""
    import numpy as np

    return np.sort(sample[np.isfinite(sample)])


def distinct_of(sketch: bytes, ordered: np.ndarray, rows: Rows) -> int:
    """Return how many different values there are: counted where the sample is all of them, else as the sketch says."""
    import numpy as np

    if rows.total > SAMPLE:
        return read_sketch(sketch)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if len(ordered) else 0


def quantiles_of(ordered: np.ndarray) -> dict[str, float]:
    """Return the quantiles of *ordered* values that profiles tell."""
    import numpy as np

    if not len(ordered):
        return {}
    places = np.array([int(p * (len(ordered) - 1) + 0.5) for p in _PROBABILITIES])
    return dict(zip(map(str, _PROBABILITIES), ordered[places].astype(float).tolist(), strict=True))


def measure_numbers(numbers: np.ndarray, ordered: np.ndarray) -> dict[str, Any]:
    """Return mean, sd, low and high of the finite values and how many are infinite, in one pass.

    Sums are taken about the middle value, so that they lose nothing where values are large and close together.
    """
    import numpy as np

    middle = float(ordered[len(ordered) // 2]) if len(ordered) else 0.0
    known, infinite, low, high = 0, 0, np.inf, -np.inf
    total: Any = np.float64(0)
    squares: Any = np.float64(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, len(numbers), _BLOCK):
            block = numbers[start : start + _BLOCK].astype(np.float64, copy=False)
            about = block - middle
            added = about.sum()
            if not np.isfinite(added):
                finite = np.isfinite(block)
                infinite += int(np.isinf(block).sum())
                block, about = block[finite], about[finite]
                added = about.sum()
            if len(block):
                known, total, squares = known + len(block), total + added, squares + about @ about
                low, high = min(low, float(block.min())), max(high, float(block.max()))
        if not known:
            return {"infinite": infinite}
        mean, square = middle + total / known, squares / known - (total / known) ** 2
    found: dict[str, Any] = {"infinite": infinite, "low": low, "high": high}
    if np.isfinite(mean) and np.isfinite(square):
        found |= {"mean": float(mean), "sd": max(float(square), 0.0) ** 0.5}
    return found


def only_bits(numbers: np.ndarray) -> bool:
    """Say whether every number is 0, 1 or missing."""
    import numpy as np

    return bool(((numbers == 0) | (numbers == 1) | np.isnan(numbers)).all())


def is_key(ordered: np.ndarray, rows: int, low: float, high: float, *, rising: bool) -> bool:
    """Say whether whole numbers without a missing one tell rows apart and nothing else.

    Unique ones that only count upwards, or fill their range, do.
    """
    if len(ordered) < _KEYS or (ordered[1:] == ordered[:-1]).any():
        return False
    return rising or high - low < 2 * rows


def _is_key(values: Values, numbers: np.ndarray, ordered: np.ndarray, rows: Rows, like: Column | None) -> bool:
    import numpy as np

    if like is not None:
        return like.kind == ID
    if not values.integer or len(ordered) < _KEYS or np.isnan(numbers).any() or (ordered[1:] == ordered[:-1]).any():
        return False
    rising = bool((numbers[1:] > numbers[:-1]).all())
    return is_key(ordered, rows.count, float(numbers.min()), float(numbers.max()), rising=rising)
