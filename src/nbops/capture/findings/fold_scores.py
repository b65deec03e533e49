"""Scores of a cross-validation: one number a fold becomes mean and standard deviation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from nbops.capture.code.called import called

_CALLS = {"cross_validate", "cross_val_score"}
_FOLDS = 1000


def is_cross_validation(node: ast.expr | None) -> bool:
    """Say whether an expression is a call of scikit-learn's `cross_validate` or `cross_val_score`, or a part of it."""
    while isinstance(node, ast.UnaryOp | ast.Subscript):  # scores of losses are negated by hand
        node = node.operand if isinstance(node, ast.UnaryOp) else node.value
    return called(node) in _CALLS


def fold_scores(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """Yield mean and standard deviation (of the population, as `.std()` has it) of each score, not of the times.

    Args:
        name: What the result is called; a dict's scores are named `name.test_score.mean`.
        value: An array with one number a fold, or a dict of such.
    """
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is str and not key.endswith("_time"):
                yield from fold_scores(f"{name}.{key}" if name else key, item)
        return
    import numpy as np

    if type(value) is np.ndarray and value.ndim == 1 and 1 < len(value) <= _FOLDS and value.dtype.kind == "f":
        yield f"{name}.mean", float(np.mean(value))
        yield f"{name}.std", float(np.std(value))
