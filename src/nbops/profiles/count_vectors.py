"""Count a column of vectors by their length (the norm), and say where they lie."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from nbops.profiles.column import EMPTY, VECTOR, Column
from nbops.profiles.count import tally
from nbops.profiles.count_numbers import measure_numbers, order, quantiles_of
from nbops.profiles.place import choose_edges, place
from nbops.profiles.vector import FEATURES, Vector, choose_vector

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.values import Values

_BLOCK = 4_096
_LEARNERS = 5_000


def count_vectors(values: Values, rows: Rows, role: str, like: Column | None) -> Column:
    """Count vectors like *like* where that has vectors of the same dimension, else in bins of their own.

    Vectors of another dimension than most, or with a number that is missing or infinite, count as missing.
    """
    import numpy as np

    assert values.vectors is not None, "the values are vectors"
    like = like if like is not None and like.vector is not None else None
    where = like.vector if like is not None else None
    if where is not None and values.dimension not in {0, where.dimension}:
        like = where = None
    if where is None:
        where = choose_vector(sampled_vectors(values, rows)) if values.dimension else None
    if where is None or (not values.dimension and like is None):
        cells, windows = tally(np.ones(rows.count, dtype=np.uint8), 2, rows)
        return Column(values.name, EMPTY, values.dtype, cells, role, windows=windows)
    norms, sums = _read(values, rows, where)
    ordered = order(rows.sampled(norms))
    measured = measure_numbers(norms, ordered)
    measured.pop("infinite")
    if like is not None:
        edges = like.edges
    else:
        edges = choose_edges(ordered, measured["low"], measured["high"]) if len(ordered) else ()
    if not rows.part:
        measured["quantiles"] = quantiles_of(ordered)
    cells, windows = tally(place(norms, edges), len(edges) + 2, rows)
    where = _averaged(where, sums, norms, rows)
    return Column(
        values.name, VECTOR, values.dtype, cells, role, edges=edges, windows=windows, vector=where, **measured
    )


def sampled_vectors(values: Values, rows: Rows) -> np.ndarray:
    """Return up to about 5,000 sampled vectors, finite ones, shape (vectors, dimension)."""
    import numpy as np

    assert values.vectors is not None, "the values are vectors"
    places = rows.sample if rows.sample is not None else np.arange(rows.count)
    if values.missing is not None:
        places = places[~values.missing[places]]
    places = places[:: max(len(places) // _LEARNERS, 1)]
    found = [values.vectors(at, at + 1) for at in places.tolist()]
    vectors = np.concatenate(found) if found else np.zeros((0, values.dimension))
    return vectors[np.isfinite(vectors).all(axis=1)]


def _read(values: Values, rows: Rows, where: Vector) -> tuple[np.ndarray, np.ndarray]:
    """Return the norm of every vector, shape (rows,), NaN for none, and sums of features, shape (windows + 1, 256)."""
    import numpy as np

    assert values.vectors is not None, "the values are vectors"
    norms = np.full(rows.count, np.nan)
    sums = np.zeros((rows.windows + 1, FEATURES))
    if values.dimension == 0:
        return norms, sums
    frequencies = where.frequencies()
    for start in range(0, rows.count, _BLOCK):
        stop = min(start + _BLOCK, rows.count)
        block = np.asarray(values.vectors(start, stop))
        good = np.isfinite(block).all(axis=1)
        if values.missing is not None:
            good &= ~values.missing[start:stop]
        block = block[good]
        norms[start:stop][good] = norms_of(block)
        features = where.features(block, frequencies)
        sums[-1] += features.sum(axis=0, dtype=np.float64)
        if rows.window is not None:
            index = rows.window[start:stop][good]
            dated = index >= 0
            order_of = np.argsort(index[dated], kind="stable")
            present, first = np.unique(index[dated][order_of], return_index=True)
            if len(present):
                sums[present] += np.add.reduceat(features[dated][order_of].astype(np.float64), first, axis=0)
    return norms, sums


def norms_of(vectors: np.ndarray) -> np.ndarray:
    """Return norms to sixteen binary digits, so that vectors scaled to length one all have the same."""
    import numpy as np

    fractions, exponents = np.frexp(np.linalg.norm(vectors.astype(np.float64), axis=1))
    return np.asarray(np.ldexp(np.round(fractions * 65_536) / 65_536, exponents))


def _averaged(where: Vector, sums: np.ndarray, norms: np.ndarray, rows: Rows) -> Vector:
    import numpy as np

    known = ~np.isnan(norms)
    mean = (sums[-1] / max(int(known.sum()), 1)).astype("<f4").tobytes()
    if rows.window is None:
        return replace(where, mean=mean, windows=b"")
    counts = np.bincount(rows.window[known & (rows.window >= 0)], minlength=rows.windows)
    return replace(where, mean=mean, windows=(sums[:-1] / np.maximum(counts, 1)[:, None]).astype("<f4").tobytes())
