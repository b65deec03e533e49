"""A first look at a dataset that is read in parts, to choose the cells that its columns are then counted in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nbops.profiles.column import BOOL, CATEGORY, ID, NUMBER, TEXT, VECTOR, Column
from nbops.profiles.count_labels import LABELS, LONGEST_LABEL, choose_labels, is_text
from nbops.profiles.count_numbers import is_key, measure_numbers, only_bits, order
from nbops.profiles.place import choose_edges
from nbops.profiles.sample_rows import SAMPLE, sample_rows
from nbops.profiles.sketch import add_sketches, read_sketch, sketch_labels
from nbops.profiles.values import STRING
from nbops.profiles.vector import choose_vector

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.table import Table
    from nbops.profiles.values import Values

_MOST_LABELS, _KEPT_LABELS = 200_000, 100_000
_VECTORS = 5_000


@dataclass(slots=True)
class Glance:
    """What a first look at one column, or at a part of it, has seen.

    Attributes:
        family, dtype, integer, dimension: As in `Values`.
        low, high: Smallest and largest finite number.
        missing: Whether any number is missing.
        bits: Every number is 0, 1 or missing.
        rising: Numbers only grow, from `first` to `last`.
        sample: Sampled numbers, lengths of texts, or vectors, part by part.
        ordinals: Numbers of the sampled rows, part by part.
        texts: Sampled texts.
        labels: How often each label was seen, without the rare ones once there are 200,000.
        known: Texts seen.
        length: Sum of the lengths of the different texts of each part.
        different: Number of those.
        sketch: Of the texts.
    """

    family: str
    dtype: str
    integer: bool = False
    dimension: int = 0
    low: float = float("inf")
    high: float = float("-inf")
    missing: bool = False
    bits: bool = True
    rising: bool = True
    first: float | None = None
    last: float | None = None
    sample: list[np.ndarray] = field(default_factory=list)
    ordinals: list[np.ndarray] = field(default_factory=list)
    texts: list[str | None] = field(default_factory=list)
    labels: Counter[str] = field(default_factory=Counter)
    known: int = 0
    length: int = 0
    different: int = 0
    sketch: bytes = b""


def glance(parts: Iterator[Table], start: int, total: int) -> dict[str, Glance]:
    """Look at all columns of some consecutive parts of a table of *total* rows, beginning with row *start*."""
    seen: dict[str, Glance] = {}
    for table in parts:
        places, ordinals = sample_rows(total, start, table.rows)
        for values in table.columns():
            one = _look(values, places, ordinals)
            seen[values.name] = _joined(seen[values.name], one) if values.name in seen else one
        start = (start + table.rows) % max(total, 1)
    return seen


def choose_cells(glances: list[dict[str, Glance]], total: int) -> Mapping[str, Column]:
    """Return a column without rows, but with cells, for each that was looked at and can have some."""
    joined: dict[str, Glance] = {}
    for part in glances:
        for name, one in part.items():
            joined[name] = _joined(joined[name], one) if name in joined else one
    chosen = {name: _chosen(name, one, total) for name, one in joined.items()}
    return {name: column for name, column in chosen.items() if column is not None}


def only_bits_in(glances: list[dict[str, Glance]], name: str) -> bool:
    """Say whether all numbers of the column *name* are 0, 1 or missing."""
    return all(part[name].bits for part in glances if name in part)


def _look(values: Values, places: np.ndarray, ordinals: np.ndarray) -> Glance:
    import numpy as np

    seen = Glance(values.family, values.dtype, values.integer, values.dimension, ordinals=[ordinals])
    if values.numbers is not None:
        numbers = values.numbers
        seen.sample = [numbers[places].astype(np.float64)]
        measured = measure_numbers(numbers, seen.sample[0][:0])
        seen.low, seen.high = measured.get("low", seen.low), measured.get("high", seen.high)
        seen.missing = bool(np.isnan(numbers).any())
        seen.bits = only_bits(numbers)
        if len(numbers):
            seen.rising = values.integer and bool((numbers[1:] > numbers[:-1]).all())
            seen.first, seen.last = float(numbers[0]), float(numbers[-1])
    elif values.codes is not None and values.family == STRING:
        _look_at_labels(seen, values, values.codes, places)
    elif values.vectors is not None:
        few = places[:: max(len(places) // _VECTORS, 1)]
        if values.dimension and len(few):
            found = np.concatenate([values.vectors(at, at + 1) for at in few.tolist()])
            seen.sample = [found[np.isfinite(found).all(axis=1)].astype(np.float32)]
    return seen


def _look_at_labels(seen: Glance, values: Values, codes: np.ndarray, places: np.ndarray) -> None:
    import numpy as np

    present = np.bincount(codes[codes >= 0], minlength=len(values.labels))
    found = np.flatnonzero(present).tolist()
    labels = values.labels
    seen.labels = Counter({labels[at][:LONGEST_LABEL]: int(present[at]) for at in found})
    seen.known = int(present.sum())
    seen.length = sum(min(len(labels[at]), LONGEST_LABEL) for at in found)
    seen.different = len(found)
    seen.sketch = sketch_labels(labels[at] for at in found)
    lengths = np.array([*(float(len(label)) for label in labels), np.nan])
    seen.sample = [lengths[codes[places]]]
    seen.low = float(min((len(labels[at]) for at in found), default=np.inf))
    seen.high = float(max((len(labels[at]) for at in found), default=-np.inf))
    if len(found) > LABELS // 2:  # fewer are no text, whose words would be wanted
        seen.texts = [labels[code] if code >= 0 else None for code in codes[places].tolist()]
    else:
        seen.texts = [None] * len(places)


def _joined(one: Glance, two: Glance) -> Glance:
    if one.family != two.family:  # a part without values has none
        one, two = (two, one) if one.family == "empty" else (one, two)
    follows = two.first is None or one.last is None or two.first > one.last
    labels = one.labels
    labels.update(two.labels)
    if len(labels) > _MOST_LABELS:
        labels = Counter(dict(labels.most_common(_KEPT_LABELS)))
    if one.dimension != two.dimension and two.dimension and not one.dimension:
        one.sample = []
    alike = one.dimension in {0, two.dimension} or not two.dimension
    return Glance(
        one.family, one.dtype, one.integer, one.dimension or two.dimension, min(one.low, two.low),
        max(one.high, two.high), one.missing or two.missing, one.bits and two.bits,
        one.rising and two.rising and follows, one.first, two.last if two.last is not None else one.last,
        one.sample + (two.sample if alike else []), one.ordinals + two.ordinals, one.texts + two.texts, labels,
        one.known + two.known, one.length + two.length, one.different + two.different,
        add_sketches(one.sketch, two.sketch),
    )  # fmt: skip


def _chosen(name: str, seen: Glance, total: int) -> Column | None:  # noqa: PLR0911 # one for each kind
    import numpy as np

    if seen.family == VECTOR:
        found = [part for part in seen.sample if part.ndim == 2]  # noqa: PLR2004 # rows and dimensions
        sample = np.concatenate(found) if found else np.zeros((0, seen.dimension), dtype=np.float32)
        if not len(sample):
            return None
        sample = sample[:: max(len(sample) // _VECTORS, 1)]
        from nbops.profiles.count_vectors import norms_of

        ordered = order(norms_of(sample))
        edges = choose_edges(ordered, float(ordered[0]), float(ordered[-1]))
        return _bare(name, VECTOR, seen, edges, vector=choose_vector(sample))
    if seen.family == STRING:
        return _chosen_labels(name, seen, total)
    if seen.family != NUMBER:
        return None
    ordered = order(np.concatenate(seen.sample)) if seen.sample else np.zeros(0)
    if seen.integer and not seen.missing and is_key(ordered, total, seen.low, seen.high, rising=seen.rising):
        return Column(name, ID, seen.dtype, (0, 0))
    if not np.isfinite(seen.low):
        return None
    edges = choose_edges(ordered, seen.low, seen.high) if len(ordered) else (seen.low, seen.high)
    return _bare(name, NUMBER, seen, tuple(dict.fromkeys(edges)))


def _chosen_labels(name: str, seen: Glance, total: int) -> Column | None:
    import numpy as np

    if not seen.known:
        return None
    distinct = len(seen.labels) if len(seen.labels) <= _KEPT_LABELS else read_sketch(seen.sketch)
    long = is_text(seen.known, distinct, seen.length / max(seen.different, 1))
    if long and seen.dtype != "category":
        from nbops.profiles.count_text import choose_words

        ordered = order(np.concatenate(seen.sample))
        edges = choose_edges(ordered, seen.low, seen.high) if len(ordered) else (seen.low, seen.high)
        words = choose_words(seen.texts, np.concatenate(seen.ordinals), total=min(total, SAMPLE))
        return _bare(name, TEXT, seen, tuple(dict.fromkeys(edges)), words=words)
    names = list(seen.labels)
    labels = choose_labels(names, np.array([seen.labels[label] for label in names]))
    closed = distinct <= LABELS
    return Column(name, CATEGORY, seen.dtype, (0,) * (len(labels) + 2), labels=labels, closed=closed)


def _bare(name: str, kind: str, seen: Glance, edges: tuple[float, ...], **more: Any) -> Column:
    return Column(name, kind, seen.dtype, (0,) * (len(edges) + 2), edges=edges, **more)


def needs_look(like: Column | None, values: Values) -> bool:
    """Say whether cells for *values* have to be chosen, because *like* has none that fit them."""
    if values.family in {"empty", "opaque", "time"}:
        return False
    if values.family == NUMBER:
        return like is None or like.kind not in {NUMBER, ID}
    if values.family == BOOL:
        return False
    if values.family == VECTOR:
        return True  # their dimension is known only by looking
    return like is None or like.family not in {STRING, BOOL}
