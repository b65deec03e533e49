"""Count one column: values in, `Column` out. One pass of comparisons in blocks that stay in the processor's cache."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.profiles.column import BOOL, CATEGORY, EMPTY, FEATURE, ID, NUMBER, OPAQUE, TEXT, TIME, Column
from nbops.profiles.windows import iso

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.frames import Values

BINS, LABELS, UNLISTED, SAMPLE = 32, 200, 5, 100_000
_BLOCK = 16_384
_PROBABILITIES = (0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999)
_KEYLIKE, _KEYS, _LONG_TEXT, _LONGEST_LABEL = 0.9, 100, 40, 80


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """What all columns of one table share.

    Attributes:
        count: Number of rows.
        sample: Rows that quantiles are estimated from, or None for all.
        window: Index of every row's window, -1 for none; None without windows.
        windows: Number of windows.
    """

    count: int
    sample: np.ndarray | None = None
    window: np.ndarray | None = None
    windows: int = 0


def count(values: Values, rows: Rows, *, role: str = FEATURE, like: Column | None = None) -> Column:
    """Count *values* in cells of their own, or in those of *like* where the two are of one family."""
    like = like if like is not None and like.family not in {EMPTY, OPAQUE} else None
    if values.numbers is not None:
        return _count_numbers(values, values.numbers, rows, role, like)
    if values.codes is not None:
        return _count_labels(values, values.codes, rows, role, like)
    import numpy as np

    missing = values.missing if values.missing is not None else np.zeros(rows.count, dtype=bool)
    cells, windows = _tally(missing.astype(np.uint8), 2, rows)
    first = last = None
    if values.seconds is not None and not missing.all():
        known = values.seconds[~missing]
        first, last = iso(known.min()), iso(known.max())
    kind = TIME if values.family == TIME else EMPTY if rows.count and missing.all() else OPAQUE
    return Column(values.name, kind, values.dtype, cells, role, first=first, last=last, windows=windows)


def place(numbers: np.ndarray, edges: tuple[float, ...]) -> np.ndarray:
    """Return the cell of every number, shape (rows,): how many *edges* lie below it, or len(edges) + 1 for NaN."""
    import numpy as np

    codes = np.zeros(len(numbers), dtype=np.uint8)
    above = np.empty(_BLOCK, dtype=bool)
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK].astype(np.float64, copy=False)
        part, flags = codes[start : start + _BLOCK], above[: len(block)]
        for edge in edges:
            np.greater(block, edge, out=flags)
            np.add(part, flags.view(np.uint8), out=part)
        np.not_equal(block, block, out=flags)
        part[flags] = len(edges) + 1
    return codes


def choose_edges(ordered: np.ndarray, low: float, high: float) -> tuple[float, ...]:
    """Return equal-mass limits for bins.

    Args:
        ordered: A sample of the finite values, ascending.
        low: Smallest finite value of all.
        high: Largest one.

    Returns:
        Every value itself where there are at most 32, else about 32 quantiles; the first lies just under *low*, the
        last is *high*.
    """
    import numpy as np

    changes = np.flatnonzero(ordered[1:] > ordered[:-1])
    few = len(changes) < BINS
    picks = np.append(changes, len(ordered) - 1) if few else np.linspace(0, len(ordered) - 1, BINS).round()
    steps = np.unique(ordered[picks.astype(np.int64)])
    inner = steps[(steps > low) & (steps < high)].astype(np.float64).tolist()
    under = float(np.nextafter(low, -np.inf))
    return tuple(dict.fromkeys([under, float(low), *inner, float(high)]))


def _count_numbers(values: Values, numbers: np.ndarray, rows: Rows, role: str, like: Column | None) -> Column:
    import numpy as np

    some = numbers if rows.sample is None else numbers[rows.sample]
    ordered = np.sort(some[np.isfinite(some)])
    if like is None or like.family == BOOL:
        if like is not None and set(np.unique(ordered).tolist()) <= {0, 1}:
            return _count_labels(values, _as_codes(numbers), rows, role, like)
        like = None
    measured = _measure(numbers, ordered)
    shared = like is not None and like.kind == NUMBER
    if not shared and _is_key(values, numbers, ordered, like):
        cells, windows = _tally(np.isnan(numbers).astype(np.uint8), 2, rows)
        return Column(values.name, ID, values.dtype, cells, role, distinct=rows.count, windows=windows)
    if like is not None and shared:
        edges = like.edges
    elif len(ordered):
        edges = choose_edges(ordered, measured["low"], measured["high"])
    else:
        cells, windows = _tally(np.isnan(numbers).astype(np.uint8), 2, rows)
        kind = EMPTY if rows.count and cells[0] == 0 else NUMBER
        return Column(values.name, kind, values.dtype, cells, role, windows=windows)
    cells, windows = _tally(place(numbers, edges), len(edges) + 2, rows)
    return Column(values.name, NUMBER, values.dtype, cells, role, edges=edges, windows=windows, **measured)


def _measure(numbers: np.ndarray, ordered: np.ndarray) -> dict[str, Any]:
    import numpy as np

    finite = np.isfinite(numbers) if numbers.dtype.kind == "f" else None
    known = numbers if finite is None or finite.all() else numbers[finite]
    infinite = 0 if finite is None or known is numbers else int(np.isinf(numbers).sum())
    if not len(known) or not len(ordered):
        return {"infinite": infinite}
    places = np.array([int(p * (len(ordered) - 1) + 0.5) for p in _PROBABILITIES])
    return {
        "infinite": infinite,
        "distinct": int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1,
        "mean": float(known.mean(dtype=np.float64)),
        "sd": float(known.std(dtype=np.float64)),
        "low": float(known.min()),
        "high": float(known.max()),
        "quantiles": dict(zip(map(str, _PROBABILITIES), ordered[places].astype(float).tolist(), strict=True)),
    }


def _is_key(values: Values, numbers: np.ndarray, ordered: np.ndarray, like: Column | None) -> bool:
    """Unique whole numbers that only count upwards, or fill their range, tell rows apart and nothing else."""
    import numpy as np

    if like is not None:
        return like.kind == ID
    if not values.integer or len(ordered) < _KEYS or np.isnan(numbers).any() or (ordered[1:] == ordered[:-1]).any():
        return False
    return bool((numbers[1:] > numbers[:-1]).all() or numbers.max() - numbers.min() < 2 * len(numbers))


def _as_codes(numbers: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.where(np.isnan(numbers), -1, numbers).astype(np.int8)


def _count_labels(values: Values, codes: np.ndarray, rows: Rows, role: str, like: Column | None) -> Column:
    import numpy as np

    labels = tuple(label[:_LONGEST_LABEL] for label in values.labels) or ("0", "1")
    if like is not None and like.kind == NUMBER and values.family == BOOL:
        flags = np.array([float(label == "True") for label in labels] + [np.nan])
        return _count_numbers(values, flags[codes], rows, role, like)
    if like is not None and like.family not in {"string", BOOL}:
        like = None
    present = np.bincount(codes[codes >= 0], minlength=len(labels))
    if like is not None and like.kind == BOOL:
        labels = tuple(
            {"1": "True", "0": "False", "1.0": "True", "0.0": "False"}.get(text, text.title()) for text in labels
        )
    distinct = int(np.count_nonzero(present))
    if not distinct and like is None and values.family != BOOL:
        cells, windows = _tally((codes < 0).astype(np.uint8), 2, rows)
        return Column(values.name, EMPTY if rows.count else CATEGORY, values.dtype, cells, role, windows=windows)
    if like.kind == TEXT if like is not None else _is_text(values, labels, present):
        return _count_text(values, labels, codes, rows, role, like)
    if like is not None:
        listed, closed = like.labels, like.closed
    elif values.family == BOOL:
        listed, closed = ("False", "True"), True
    else:
        order = np.argsort(-present, kind="stable")[: min(distinct, LABELS)].tolist()
        listed, closed = tuple(dict.fromkeys(labels[place] for place in order)), distinct <= LABELS
    cell_of = {label: cell for cell, label in enumerate(listed)}
    other = len(listed)
    cell = np.array([cell_of.get(label, other) for label in labels] + [other + 1], dtype=np.int64)
    cells, windows = _tally(cell[codes], other + 2, rows)
    apart = [(labels[at], int(present[at])) for at in np.flatnonzero((cell[:-1] == other) & (present > 0))]
    kind = like.kind if like is not None else BOOL if values.family == BOOL else CATEGORY
    return Column(
        values.name, kind, values.dtype, cells, role, labels=listed, closed=closed, distinct=distinct, windows=windows,
        unlisted=tuple(sorted(apart, key=lambda item: (-item[1], item[0]))[:UNLISTED]),
    )  # fmt: skip


def _is_text(values: Values, labels: tuple[str, ...], present: np.ndarray) -> bool:
    known, distinct = int(present.sum()), int((present > 0).sum())
    if values.family == BOOL or values.dtype == "category" or distinct < _KEYS:
        return False
    mean_length = sum(map(len, labels)) / len(labels)
    return distinct > _KEYLIKE * known or (mean_length > _LONG_TEXT and distinct > LABELS)


def _count_text(
    values: Values, labels: tuple[str, ...], codes: np.ndarray, rows: Rows, role: str, like: Column | None
) -> Column:
    import numpy as np

    lengths = np.array([*(float(len(label)) for label in values.labels or labels), np.nan])[codes]
    some = lengths if rows.sample is None else lengths[rows.sample]
    ordered = np.sort(some[~np.isnan(some)])
    measured = _measure(lengths, ordered)
    if like is not None:
        edges = like.edges
    else:
        edges = choose_edges(ordered, measured["low"], measured["high"]) if len(ordered) else ()
    cells, windows = _tally(place(lengths, edges), len(edges) + 2, rows)
    measured["distinct"] = len(labels)
    return Column(values.name, TEXT, values.dtype, cells, role, edges=edges, windows=windows, **measured)


def _tally(cell: np.ndarray, cells: int, rows: Rows) -> tuple[tuple[int, ...], bytes]:
    """Add up how many rows are in each cell, and in each cell of each window."""
    import numpy as np

    total = tuple(np.bincount(cell, minlength=cells).tolist())
    if rows.window is None:
        return total, b""
    flat = rows.window * cells + cell
    inside = flat if rows.window.min(initial=0) >= 0 else flat[rows.window >= 0]
    return total, np.bincount(inside, minlength=rows.windows * cells).astype("<i4").tobytes()
