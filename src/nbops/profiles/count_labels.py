"""Count a column of texts or bools, value by value or by their length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.profiles.column import BOOL, CATEGORY, EMPTY, NUMBER, TEXT, Column
from nbops.profiles.count import MANY_UNLISTED, UNLISTED, tally
from nbops.profiles.sketch import read_sketch, sketch_labels

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.values import Values

LABELS = 200
LONGEST_LABEL = 80
_KEYLIKE, _KEYS, _LONG_TEXT, _TIES = 0.9, 100, 40, 100_000
_BITS = {"1": "True", "0": "False", "1.0": "True", "0.0": "False"}


def count_labels(values: Values, codes: np.ndarray, rows: Rows, role: str, like: Column | None) -> Column:
    """Count the labels that *codes* stand for in the cells of *like*, else in cells of their own."""
    import numpy as np

    labels = tuple(label[:LONGEST_LABEL] for label in values.labels) or ("0", "1")
    if like is not None and like.kind == NUMBER and values.family == BOOL:
        from nbops.profiles.count_numbers import count_numbers

        flags = np.array([float(label == "True") for label in labels] + [np.nan])
        return count_numbers(values, flags[codes], rows, role, like)
    if like is not None and like.family not in {"string", BOOL}:
        like = None
    present = np.bincount(codes[codes >= 0], minlength=len(labels))
    if like is not None and like.kind == BOOL:
        labels = tuple(_BITS.get(text, text.title()) for text in labels)
    distinct = int(np.count_nonzero(present))
    if not distinct and like is None and values.family != BOOL:
        cells, windows = tally((codes < 0).astype(np.uint8), 2, rows)
        return Column(values.name, EMPTY if rows.count else CATEGORY, values.dtype, cells, role, windows=windows)
    if like is None and values.family != BOOL and _is_text(values, labels, present):
        from nbops.profiles.count_text import count_text

        return count_text(values, codes, rows, role, None)
    if like is not None and like.kind == TEXT:
        from nbops.profiles.count_text import count_text

        return count_text(values, codes, rows, role, like)
    if like is not None:
        listed, closed = like.labels, like.closed
    elif values.family == BOOL:
        listed, closed = ("False", "True"), True
    else:
        listed, closed = choose_labels(labels, present), distinct <= LABELS
    cell_of = {label: cell for cell, label in enumerate(listed)}
    other = len(listed)
    cell = np.array([cell_of.get(label, other) for label in labels] + [other + 1], dtype=np.int64)
    cells, windows = tally(cell[codes], other + 2, rows)
    apart = [(labels[at], int(present[at])) for at in np.flatnonzero((cell[:-1] == other) & (present > 0))]
    sketch = sketch_labels(label for label, _ in apart)
    kind = like.kind if like is not None else BOOL if values.family == BOOL else CATEGORY
    return Column(
        values.name, kind, values.dtype, cells, role, labels=listed, closed=closed, windows=windows, sketch=sketch,
        distinct=distinct if not rows.part else sum(map(bool, cells[:other])) + read_sketch(sketch),
        unlisted=most_frequent(apart, MANY_UNLISTED if rows.part else UNLISTED),
    )  # fmt: skip


def choose_labels(labels: Sequence[str], present: np.ndarray) -> tuple[str, ...]:
    """Return the up to 200 most frequent labels, those equally frequent by alphabet, whatever order they came in."""
    import numpy as np

    wanted = min(int(np.count_nonzero(present)), LABELS)
    if not wanted:
        return ()
    least = np.partition(present, len(present) - wanted)[len(present) - wanted]
    candidates = np.flatnonzero(present >= max(least, 1))[:_TIES].tolist()
    ordered = sorted(candidates, key=lambda at: (-present[at], labels[at]))
    return tuple(dict.fromkeys(labels[at] for at in ordered[:wanted]))


def most_frequent(counted: list[tuple[str, int]], most: int) -> tuple[tuple[str, int], ...]:
    """Return the *most* frequent of some labels and their counts, those equally frequent by alphabet."""
    return tuple(sorted(counted, key=lambda item: (-item[1], item[0]))[:most])


def is_text(known: int, distinct: int, length: float) -> bool:
    """Say whether texts are written freely rather than chosen from a list.

    Args:
        known: Rows that have one.
        distinct: Different ones.
        length: Mean number of characters of the different ones.
    """
    if distinct < _KEYS:
        return False
    return distinct > _KEYLIKE * known or (length > _LONG_TEXT and distinct > LABELS)


def _is_text(values: Values, labels: tuple[str, ...], present: np.ndarray) -> bool:
    import numpy as np

    if values.dtype == "category":
        return False
    length = sum(map(len, labels)) / len(labels)
    return is_text(int(present.sum()), int(np.count_nonzero(present)), length)
