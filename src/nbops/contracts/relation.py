"""Relations between columns: `start <= end`, `a + b == c`, `city -> region`."""

from __future__ import annotations

import ast
import keyword
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbops.errors import ContractError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_NAME = re.compile(r"`([^`]+)`")
_ARROW = re.compile(r"^(.+?)\s*->\s*(.+)$")
_COMPARISONS = {ast.LtE: "<=", ast.Lt: "<", ast.GtE: ">=", ast.Gt: ">", ast.Eq: "==", ast.NotEq: "!="}
_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
_CLOSE = 1e-9
_EXAMPLE = "`start <= end`, `a + b == c` or `city -> region`; names with spaces between backticks"


@dataclass(frozen=True, slots=True)
class Rule:
    """A relation that was read.

    Attributes:
        text: As it was written.
        columns: That it names, in order.
        tree: The comparison; None for a function of columns.
        names: Placeholder in the tree → column.
        given: Columns that determine the last one, where it is a function.
    """

    text: str
    columns: tuple[str, ...]
    tree: ast.Compare | None
    names: Mapping[str, str]
    given: tuple[str, ...] = ()


def read_relation(text: str) -> Rule:
    """Read a relation.

    Raises:
        ContractError: It is none.
    """
    names: dict[str, str] = {}
    stem = "column"
    while stem in text:  # a column may be called as a placeholder would be
        stem += "_"

    def placed(found: re.Match[str]) -> str:
        names[f"{stem}{len(names)}_"] = found[1]
        return f"{stem}{len(names) - 1}_"

    plain = _NAME.sub(placed, text)
    if plain != unicodedata.normalize("NFKC", plain):
        raise ContractError(f"{text!r} spells a column as Python would not", hint="`name` between backticks")
    if arrow := _ARROW.match(plain):
        sides = [[part.strip() for part in side.split(",")] for side in arrow.groups()]
        if len(sides[1]) != 1 or not all(part.isidentifier() for side in sides for part in side):
            raise ContractError(f"{text!r} is no relation between columns", hint=_EXAMPLE)
        given = tuple(names.get(part, part) for part in sides[0])
        return Rule(text, (*given, names.get(sides[1][0], sides[1][0])), None, {}, given)
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ContractError(f"{text!r} is no relation between columns", hint=_EXAMPLE) from error
    if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or type(tree.ops[0]) not in _COMPARISONS:
        raise ContractError(f"{text!r} is no comparison of columns", hint=_EXAMPLE)
    try:
        _refuse_more(tree.left, text)
        _refuse_more(tree.comparators[0], text)
    except (RecursionError, OverflowError) as error:
        raise ContractError(f"{text[:60]!r}… is longer than a relation can be", hint=_EXAMPLE) from error
    found = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name)]
    if not found:
        raise ContractError(f"{text!r} names no column", hint=_EXAMPLE)
    found.sort(key=plain.index)
    return Rule(text, tuple(dict.fromkeys(names.get(name, name) for name in found)), tree, names)


def quoted(name: str) -> str:
    """Return the name of a column as a relation spells it."""
    plain = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    return name if plain else f"`{name}`"


def broken_rows(rule: Rule, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows break *rule*, and which could be judged because they have all the values, shape (rows,) each.

    Raises:
        ContractError: Columns are compared that cannot be.
    """
    if rule.tree is None:
        return _ambiguous(rule, frame)
    import numpy as np
    import pandas as pd

    operator = _COMPARISONS[type(rule.tree.ops[0])]
    sides = (rule.tree.left, rule.tree.comparators[0])
    columns = {name: frame[name] for name in rule.columns}
    texts = [name for name, series in columns.items() if not _is_numeric(series)]
    judged = np.logical_and.reduce([~series.isna().to_numpy(dtype=bool) for series in columns.values()])
    if texts and operator in {"==", "!="} and all(isinstance(side, ast.Name) for side in sides):
        first, second = (columns[rule.names.get(side.id, side.id)].astype(str) for side in sides)  # type: ignore[attr-defined]
        equal = (first == second).to_numpy(dtype=bool)
        return judged & (~equal if operator == "==" else equal), judged
    with np.errstate(all="ignore"):
        values = {name: as_numbers(name, series) for name, series in columns.items()}
        left, right = (np.broadcast_to(_value(side, rule, values), len(frame)).astype(float) for side in sides)
        judged &= ~(pd.isna(left) | pd.isna(right))
        close = np.isclose(left, right, rtol=_CLOSE, atol=0) | (left == right)
    holds = {
        "<=": (left <= right) | close, "<": left < right, ">=": (left >= right) | close, ">": left > right,
        "==": close, "!=": ~close,
    }[operator]  # fmt: skip
    return judged & ~holds, judged


def as_numbers(name: str, series: pd.Series) -> np.ndarray:
    """Return numbers as they are, and times in seconds since the epoch (UTC), shape (rows,).

    Raises:
        ContractError: The column holds neither.
    """
    from nbops.contracts.seen_as import seen_as
    from nbops.contracts.terms import NUMBER, TIME

    seen = seen_as(series, NUMBER)
    if seen.wrong.any() or seen.numbers is None:
        seen = seen_as(series, TIME)
    if seen.numbers is None or seen.wrong.any():
        raise ContractError(f"column {name!r} holds neither numbers nor times, so that it cannot be compared")
    return seen.numbers


def _is_numeric(series: pd.Series) -> bool:
    import pandas as pd

    types = pd.api.types
    return bool(types.is_numeric_dtype(series.dtype) or types.is_datetime64_any_dtype(series.dtype))


def _value(node: ast.expr, rule: Rule, values: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name):
        return values[rule.names.get(node.id, node.id)]
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp):
        return -_value(node.operand, rule, values)
    assert isinstance(node, ast.BinOp)
    left, right = _value(node.left, rule, values), _value(node.right, rule, values)
    if isinstance(node.op, ast.Add):
        return left + right
    if isinstance(node.op, ast.Sub):
        return left - right
    import numpy as np

    return left * right if isinstance(node.op, ast.Mult) else np.divide(left, right)


def _refuse_more(node: ast.expr, text: str) -> None:
    """Only names, numbers and arithmetic may stand in a relation: nothing in a contract is ever executed."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        _refuse_more(node.left, text)
        _refuse_more(node.right, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _refuse_more(node.operand, text)
    elif isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        float(node.value)  # type: ignore[arg-type] # one that no column can hold
    elif not isinstance(node, ast.Name):
        raise ContractError(f"{text!r} holds more than columns, numbers and + - * /", hint=_EXAMPLE)


def _ambiguous(rule: Rule, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Say which rows have another value than most rows with the same given columns."""
    import numpy as np
    import pandas as pd

    judged = frame[list(rule.columns)].notna().all(axis=1).to_numpy(dtype=bool)
    some = frame.loc[judged, list(dict.fromkeys(rule.columns))].astype(str)
    key = pd.factorize(pd.MultiIndex.from_frame(some[list(rule.given)]))[0]
    value = pd.factorize(some[rule.columns[-1]])[0]
    width = int(value.max(initial=0)) + 1
    pair, counts = np.unique(key.astype(np.int64) * width + value, return_counts=True)
    order = np.lexsort((pair, -counts, pair // width))
    first = np.unique((pair // width)[order], return_index=True)[1]
    usual = (pair[order] % width)[first]
    broken = np.zeros(len(frame), dtype=bool)
    broken[judged] = usual[key] != value if len(value) else False
    return broken, judged
