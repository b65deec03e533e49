"""Cut a column into groups of rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MISSING, OTHERS = "missing", "all others"
_MOST, _PARTS, _FEW = 30, 4, 10


def cut(values: pd.Series, like: pd.Series | None = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of each row's group, and the groups' names, the largest first for texts.

    Numbers with more than ten values are cut at the quartiles of *like*, so that groups mean the same on both sides; of
    texts the thirty most frequent count by themselves. Missing values are a group of their own.

    Args:
        values: Shape (n,).
        like: The reference's column; *values* itself if None.
    """
    import numpy as np
    import pandas as pd

    basis = values if like is None or not len(like) else like
    if _continuous(values) and _continuous(basis):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        known = basis.to_numpy(dtype=float, na_value=np.nan)
        known = known[np.isfinite(known)]
        if len(np.unique(known)) > _FEW:
            edges = np.unique(np.quantile(known, np.arange(1, _PARTS) / _PARTS))
            places = np.where(np.isnan(numbers), len(edges) + 1, np.searchsorted(edges, numbers, side="left"))
            return _present(places, (*_spans(edges), MISSING))
    words = values.astype(object).where(values.notna(), None).map(lambda one: MISSING if one is None else str(one))
    named = basis.dropna().astype(object).map(str)
    # What is new on this side is a group too.
    ranked = [*named.value_counts().index[:_MOST], *(one for one in words.value_counts().index[:_MOST])]
    names = [*dict.fromkeys(ranked)]
    codes = pd.Index(names).get_indexer(words)
    return _present(np.where(codes < 0, len(names), codes), (*names, OTHERS))


def _present(places: np.ndarray, names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    import numpy as np

    used, again = np.unique(places, return_inverse=True)
    return again, tuple(names[place] for place in used.tolist())


def _continuous(values: pd.Series) -> bool:
    import pandas as pd

    kinds = pd.api.types
    odd = kinds.is_bool_dtype(values) or kinds.is_complex_dtype(values)
    return kinds.is_numeric_dtype(values) and not odd


def _spans(edges: np.ndarray) -> list[str]:
    inner = [f"{low:.6g} … {high:.6g}" for low, high in pairwise(edges)]
    return [f"≤ {edges[0]:.6g}", *inner, f"> {edges[-1]:.6g}"]
