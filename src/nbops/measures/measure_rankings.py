"""How good an order is, query by query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbops.measures.intervals import of_mean
from nbops.measures.measured import HIGHER, Measured, measured, undefined

if TYPE_CHECKING:
    import numpy as np

_METHOD = "normal, of the mean over queries"


def measure_rankings(query: np.ndarray, relevance: np.ndarray, score: np.ndarray, k: int = 10) -> tuple[Measured, ...]:
    """Measure the order that *score* puts each query's rows in: NDCG@k and MAP@k, means over queries.

    Queries without any relevant row say nothing about an order and are left out. Average precision at k divides by the
    smaller of k and the relevant rows.

    Args:
        query: Number of each row's query, shape (n,).
        relevance: ≥ 0, shape (n,); above 0 is relevant.
        score: The higher, the earlier in the order, shape (n,).
        k: Places that count.
    """
    import numpy as np

    from nbops.measures.scikit import ndcg

    order = np.argsort(query, kind="stable")
    borders = np.flatnonzero(np.diff(query[order])) + 1
    gains, precisions = [], []
    for rows in np.split(order, borders) if len(order) else []:
        if not (relevance[rows] > 0).any():
            continue
        gains.append(ndcg(relevance[rows], score[rows], k))
        precisions.append(_average_precision(relevance[rows] > 0, score[rows], k))
    if not gains:
        return (undefined(f"NDCG@{k}", "no query has a relevant row", better=HIGHER),)
    told = zip((f"NDCG@{k}", f"MAP@{k}"), (gains, precisions), strict=True)
    return tuple(
        measured(name, float(np.mean(values)), of_mean(np.array(values)), len(values), HIGHER, _METHOD)
        for name, values in told
    )


def _average_precision(relevant: np.ndarray, score: np.ndarray, k: int) -> float:
    import numpy as np

    hits = relevant[np.argsort(-score, kind="stable")][:k]
    at = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((at * hits).sum() / min(k, int(relevant.sum())))
