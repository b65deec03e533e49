"""Count a column of free text by its length, and by its words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.profiles.column import TEXT, Column
from nbops.profiles.count import tally
from nbops.profiles.count_numbers import measure_numbers, order, quantiles_of
from nbops.profiles.place import choose_edges, place
from nbops.profiles.sample_rows import SAMPLE
from nbops.profiles.sketch import sketch_labels
from nbops.profiles.words import Words, choose_texts, count_words, learn_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.values import Values


def count_text(values: Values, codes: np.ndarray, rows: Rows, role: str, like: Column | None) -> Column:
    """Count texts by their number of characters in the bins of *like*, else in bins of their own."""
    import numpy as np

    lengths = np.array([*(float(len(label)) for label in values.labels), np.nan])[codes]
    ordered = order(rows.sampled(lengths))
    measured = measure_numbers(lengths, ordered)
    if like is not None:
        edges, words = like.edges, like.words
    else:
        edges = choose_edges(ordered, measured["low"], measured["high"]) if len(ordered) else ()
        words = choose_words(*_sampled(values, codes, rows), total=rows.total)
    if not rows.part:
        measured["quantiles"] = quantiles_of(ordered)
    cells, windows = tally(place(lengths, edges), len(edges) + 2, rows)
    present = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(values.labels)))
    if words is not None:
        words = _count_words(values, codes, replace(rows, held_out=rows.held_out or like is None), words)
    return Column(
        values.name, TEXT, values.dtype, cells, role, edges=edges, windows=windows, distinct=len(present), words=words,
        sketch=sketch_labels(values.labels[at] for at in present.tolist()), **measured,
    )  # fmt: skip


def choose_words(texts: Sequence[str | None], ordinals: np.ndarray, *, total: int) -> Words:
    """Return the vocabulary of sampled *texts*, and bins for how many words they have.

    Args:
        texts: One for each sampled row, None where missing.
        ordinals: Numbers of these rows within the sample, shape (texts,).
        total: Rows of the table.
    """
    import numpy as np

    from nbops.profiles.words import split_words

    chosen, teaching = choose_texts(ordinals, min(total, SAMPLE))
    known = [text for text, wanted in zip(texts, chosen & teaching, strict=True) if wanted and text is not None]
    numbers = np.sort(np.array([float(len(split_words(text))) for text in known]))
    edges = choose_edges(numbers, numbers[0], numbers[-1]) if len(numbers) else ()
    return Words(learn_words(known), edges, (0,) * (len(edges) + 1))


def _sampled(values: Values, codes: np.ndarray, rows: Rows) -> tuple[list[str | None], np.ndarray]:
    import numpy as np

    chosen = rows.sampled(codes).tolist()
    ordinals = rows.ordinals if rows.ordinals is not None else np.arange(len(chosen))
    return [values.labels[code] if code >= 0 else None for code in chosen], ordinals


def _count_words(values: Values, codes: np.ndarray, rows: Rows, like: Words) -> Words:
    import numpy as np

    ordinals = rows.ordinals if rows.ordinals is not None else np.arange(rows.count)
    places = rows.sample if rows.sample is not None else np.arange(rows.count)
    chosen, teaching = choose_texts(ordinals, min(rows.total, SAMPLE))
    places = places[chosen & ~teaching] if rows.held_out else places[chosen]
    places = places[codes[places] >= 0]
    used, back = np.unique(codes[places], return_inverse=True)
    counted = [count_words(values.labels[code], like.vocabulary) for code in used.tolist()]
    found = np.array(counted, dtype=np.int64).reshape(-1, 2)[back]
    cell = place(found.sum(axis=1).astype(np.float64), like.edges)
    inside = replace(
        rows, count=len(places), window=None if rows.window is None else rows.window[places], sample=None, ordinals=None
    )
    cells, windows = tally(cell, len(like.edges) + 1, inside)
    known, unknown = found.sum(axis=0).tolist()
    if rows.window is not None and inside.window is not None:
        dated = inside.window >= 0
        sums = np.zeros((rows.windows, 2), dtype="<i4")
        np.add.at(sums, inside.window[dated], found[dated].astype("<i4"))
        counts = np.frombuffer(windows, dtype="<i4").reshape(rows.windows, -1)
        windows = np.hstack([counts, sums]).astype("<i4").tobytes()
    return replace(like, cells=cells, known=int(known), unknown=int(unknown), windows=windows)
