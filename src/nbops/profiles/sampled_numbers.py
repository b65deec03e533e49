"""The numbers of sampled rows that quantiles are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from nbops.profiles.count import Rows
    from nbops.profiles.values import Values


def sampled_numbers(values: Values, rows: Rows) -> np.ndarray:
    """Return numbers, lengths of texts or norms of vectors of the sampled rows, shape (sampled,), NaN if missing."""
    import numpy as np

    from nbops.profiles.count_vectors import norms_of

    places = rows.sample if rows.sample is not None else np.arange(rows.count)
    if values.numbers is not None:
        return np.asarray(values.numbers[places], dtype=np.float64)
    if values.codes is not None:
        lengths = [1.0, 0.0] if not values.labels else [float(len(label)) for label in values.labels]
        return np.asarray(np.array([*lengths, np.nan])[values.codes[places]])
    if values.vectors is None or not values.dimension:
        return np.full(len(places), np.nan)
    found = [norms_of(values.vectors(at, at + 1)) for at in places.tolist()]
    norms = np.concatenate(found) if found else np.zeros(0)
    return norms if values.missing is None else np.where(values.missing[places], np.nan, norms)
