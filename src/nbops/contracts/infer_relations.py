"""Columns → what holds between them in every row, where that is no accident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING

from nbops.contracts.limits import likely_share
from nbops.contracts.relation import as_numbers, broken_rows, quoted, read_relation
from nbops.contracts.terms import BOOL, CATEGORY, INTEGER, NUMBER, TEXT, TIME, Relation, Terms

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_FEWEST, _SAMPLE, _MOST_COLUMNS, _MOST = 50, 500, 30, 12
_BY_CHANCE = 0.05
_CLOSE = 1e-9
_MOST_VALUES, _SHARE, _USUAL = 1000, 0.2, 0.95


def infer_relations(columns: Mapping[str, Terms], frame: pd.DataFrame) -> tuple[Relation, ...]:
    """Return at most a dozen relations, each of which holds in every row that has the values.

    `a <= b` counts only where it would be broken in a twentieth of the rows if the two were unrelated;
    `a -> b` only where values of the one come back and those of the other vary.
    """
    if len(frame) < _FEWEST:
        return ()
    columns = {name: terms for name, terms in columns.items() if name and "`" not in name}  # what can be spelled
    found: list[Relation] = []
    for text in (*_sums(columns, frame), *_orders(columns, frame), *_functions(columns, frame)):
        rule = read_relation(text)
        if any(set(rule.columns) <= set(read_relation(one.rule).columns) for one in found):
            continue  # a part of a sum is below the sum: that says nothing more
        broken, judged = broken_rows(rule, frame)
        rows = int(judged.sum())
        if rows >= _FEWEST and not broken.any():
            found.append(Relation(text, likely_share(0, rows) if "->" in text else 0.0))
        if len(found) == _MOST:
            break
    return tuple(found)


def _numbers(columns: Mapping[str, Terms], frame: pd.DataFrame, kinds: set[str]) -> dict[str, np.ndarray]:
    chosen = [name for name, terms in columns.items() if terms.type in kinds and not terms.unique]
    found = {name: as_numbers(name, frame[name]) for name in chosen[:_MOST_COLUMNS]}
    return {name: values for name, values in found.items() if _varies(values)}


def _varies(values: np.ndarray) -> bool:
    import numpy as np

    known = values[np.isfinite(values)]
    return len(known) >= _FEWEST and bool(known.min() < known.max())


def _sums(columns: Mapping[str, Terms], frame: pd.DataFrame) -> Iterator[str]:
    """Yield `a + b == c` and `a * b == c` as far as a sample tells."""
    import numpy as np

    values = _numbers(columns, frame, {INTEGER, NUMBER})
    picks = np.linspace(0, len(frame) - 1, min(len(frame), _SAMPLE)).astype(int)
    some = {name: column[picks] for name, column in values.items()}
    for first, second in combinations(some, 2):
        for sign, made in (("+", some[first] + some[second]), ("*", some[first] * some[second])):
            for third, outcome in some.items():
                if third in {first, second} or not _same(made, outcome):
                    continue
                if _same(outcome, some[first]) or _same(outcome, some[second]):
                    continue  # one of the two is nought, or one, throughout
                yield f"{quoted(first)} {sign} {quoted(second)} == {quoted(third)}"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    import numpy as np

    both = np.isfinite(one) & np.isfinite(other)
    return bool(both.sum() >= _FEWEST // 2 and np.isclose(one[both], other[both], rtol=_CLOSE, atol=0).all())


def _orders(columns: Mapping[str, Terms], frame: pd.DataFrame) -> Iterator[str]:
    """Yield `a <= b` of two times, or two numbers, that would not hold by chance."""
    import numpy as np

    draw = np.random.default_rng(0)
    for kinds in ({TIME}, {INTEGER, NUMBER}):
        values = _numbers(columns, frame, kinds)
        for first, second in combinations(values, 2):
            both = np.isfinite(values[first]) & np.isfinite(values[second])
            one, other = values[first][both], values[second][both]
            if len(one) < _FEWEST or np.array_equal(one, other):
                continue
            low, high = (first, second) if (one <= other).all() else (second, first)
            if low == second:
                one, other = other, one
            if not (one <= other).all():
                continue
            if (one > draw.permutation(other)).mean() >= _BY_CHANCE:
                yield f"{quoted(low)} <= {quoted(high)}"


def _functions(columns: Mapping[str, Terms], frame: pd.DataFrame) -> Iterator[str]:
    """Yield `a -> b` where values of *a* come back often and *b* is the same each time."""
    import numpy as np
    import pandas as pd

    codes: dict[str, np.ndarray] = {}
    for name, terms in columns.items():
        if terms.type not in {CATEGORY, TEXT, BOOL, INTEGER} or terms.unique or len(codes) == _MOST_COLUMNS:
            continue
        code, different = pd.factorize(frame[name].astype("object").map(str, na_action="ignore"))
        most = np.bincount(code[code >= 0]).max(initial=0) if (code >= 0).any() else 0
        few = 2 <= len(different) <= min(_MOST_VALUES, _SHARE * len(frame))  # noqa: PLR2004 # one is no choice
        if few and most <= _USUAL * (code >= 0).sum():
            codes[name] = code
    told: set[tuple[str, str]] = set()
    for given, one in codes.items():
        for result, other in codes.items():
            both = (one >= 0) & (other >= 0)
            if given == result or (result, given) in told or both.sum() < _FEWEST:
                continue
            if columns[given].type == INTEGER and columns[result].type == INTEGER:
                continue  # of two counts, one is a function of the other only by accident or by a sum
            pairs = len(np.unique(one[both].astype(np.int64) * (int(other.max()) + 1) + other[both]))
            if pairs == len(np.unique(one[both])):
                told.add((given, result))
                yield f"{quoted(given)} -> {quoted(result)}"
