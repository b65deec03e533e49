"""Constant expressions: what a person typed, known without running anything."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "dict": dict,
    "list": list,
    "tuple": tuple,
    "set": set,
}
_LARGEST = 10_000


class NotConstant(ValueError):  # an answer, no mistake
    """The expression depends on something else than itself."""


def constant(node: ast.AST | None) -> Any:
    """Return the value of a constant expression.

    Raises:
        NotConstant: It is none, or not one of modest size.
    """
    try:
        return _value(node)
    except (TypeError, ArithmeticError, ValueError, RecursionError) as error:
        raise NotConstant(str(error)) from error


def is_constant(node: ast.AST | None) -> bool:
    """Say whether *node* is a constant expression."""
    try:
        constant(node)
    except NotConstant:
        return False
    return True


def _value(node: ast.AST | None) -> Any:  # noqa: PLR0911 # one a kind of node
    if isinstance(node, ast.Constant) and not isinstance(node.value, (bytes, complex, type(...))):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        items = [_value(item) for item in node.elts]
        return items if isinstance(node, ast.List) else tuple(items) if isinstance(node, ast.Tuple) else set(items)
    if isinstance(node, ast.Dict):
        return {_value(key): _value(value) for key, value in zip(node.keys, node.values, strict=True)}
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](_value(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _arithmetic(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _MAKERS:
        named = {keyword.arg: _value(keyword.value) for keyword in node.keywords if keyword.arg}
        if len(named) == len(node.keywords) and (not named or node.func.id == "dict"):
            return _MAKERS[node.func.id](*[_value(item) for item in node.args], **named)
    if isinstance(node, ast.JoinedStr) and all(isinstance(part, ast.Constant) for part in node.values):
        return "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    raise NotConstant(type(node).__name__)


def _arithmetic(node: ast.BinOp) -> Any:
    left, right = _value(node.left), _value(node.right)
    numbers = isinstance(left, (int, float)) and isinstance(right, (int, float))
    if not numbers and not (isinstance(node.op, ast.Add) and type(left) is type(right)):
        if not isinstance(node.op, ast.Mult):
            raise NotConstant(type(node.op).__name__)
        length = (len(left) if hasattr(left, "__len__") else left) * (
            len(right) if hasattr(right, "__len__") else right
        )
        if length > _LARGEST:
            raise NotConstant("too long")
    if isinstance(node.op, ast.Pow) and (abs(right) > 1000 or abs(left) > 1e6):  # noqa: PLR2004 # 10**1000 is no parameter
        raise NotConstant("too large")
    return _BINARY[type(node.op)](left, right)
