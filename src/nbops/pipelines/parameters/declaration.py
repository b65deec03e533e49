"""What a person declared about a parameter: in its annotation, and in the comment beside it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from nbops.capture.code.literals import NotConstant, constant
from nbops.pipelines.parameters.type_of import TYPES, type_of

_CHOICES = re.compile(r"\bchoices?\s*:\s*(?P<list>[^;]+)", re.IGNORECASE)
_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"(?P<low>{_NUMBER})?\s*(?:\.\.\.?|…)\s*(?P<high>{_NUMBER})?")
_SEEN = re.compile(r"\(?seen in \d+ runs?\)?|^\s*tried: ")
_LOWEST, _HIGHEST = {"Ge", "ge", "gt", "Gt"}, {"Le", "le", "lt", "Lt"}
_GENERIC = {"List": "list", "Dict": "dict", "Tuple": "tuple", "Set": "set", "Sequence": "list", "Mapping": "dict",
            "PurePath": "Path", "PosixPath": "Path"}  # fmt: skip
_RANGED = {"int", "float", "Decimal"}
_PAIR = 2


def declared(annotation: ast.expr | None, comment: str, value: Any) -> dict[str, Any]:
    """Return `type`, `nullable`, `choices`, `minimum`, `maximum` and `help`, as far as they are declared.

    Understood are `Literal[…]`, `X | None`, `Optional[X]`, `Annotated[X, (0, 1)]` (also `Interval`, `Field`, `Ge`, `Le`
    and a text), and the comments `# choices: a, b` and `# 0..1` (`0..` and `..1` are open). What a comment says about
    values that were *seen* declares nothing.

    Args:
        annotation: Of the assignment.
        comment: Beside it, without the sign.
        value: The default.
    """
    found: dict[str, Any] = {}
    for key, told in _annotated(annotation):
        found.setdefault(key, told)
    if "type" not in found:
        found["type"] = type_of(value)
    if value is None:
        found["nullable"] = True
    text = "; ".join(part.strip() for part in comment.split(";") if part.strip() and not _SEEN.search(part))
    if text:
        found |= {key: told for key, told in _commented(text, found["type"]) if key not in found}
    if text:
        found.setdefault("help", text)
    return found


def _annotated(node: ast.expr | None) -> Iterator[tuple[str, Any]]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            node = ast.parse(node.value, mode="eval").body
        except SyntaxError:
            return
    if node is None:
        return
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        yield from _union([node.left, node.right])
        return
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        yield from _subscripted(_last(node.value), inner)
        return
    name = _GENERIC.get(_last(node), _last(node))
    if name in TYPES:
        yield "type", name


def _subscripted(name: str, inner: list[ast.expr]) -> Iterator[tuple[str, Any]]:
    if name in {"Optional", "Final", "ClassVar"}:
        yield from _annotated(inner[0])
        if name == "Optional":
            yield "nullable", True
    elif name == "Union":
        yield from _union(inner)
    elif name == "Literal":
        yield from _literal(inner)
    elif name == "Annotated":
        yield from _annotated(inner[0])
        for mark in inner[1:]:
            yield from _mark(mark)
    elif _GENERIC.get(name, name) in TYPES:
        yield "type", _GENERIC.get(name, name)


def _union(parts: list[ast.expr]) -> Iterator[tuple[str, Any]]:
    """Yield what a union says; of several types none can be held to be the one."""
    empty = [part for part in parts if isinstance(part, ast.Constant) and part.value is None]
    others = [part for part in parts if part not in empty]
    found = dict(_annotated(others[0])) if others else {}
    kinds = {dict(_annotated(part)).get("type") for part in others}
    nested = any(dict(_annotated(part)).get("nullable") for part in others)
    yield "type", kinds.pop() if len(kinds) == 1 and None not in kinds else "any"
    yield from ((key, told) for key, told in found.items() if key not in {"type", "nullable"} and len(others) == 1)
    if empty or nested:
        yield "nullable", True


def _literal(inner: list[ast.expr]) -> Iterator[tuple[str, Any]]:
    values = [part.value for part in inner if isinstance(part, ast.Constant)]
    if len(values) != len(inner):
        return
    plain = [value for value in values if value is not None]
    kinds = {type_of(value) for value in plain}
    if len(kinds) == 1:
        yield "type", kinds.pop()
        yield "choices", plain
    if len(plain) != len(values):
        yield "nullable", True


def _mark(mark: ast.expr) -> Iterator[tuple[str, Any]]:
    if isinstance(mark, ast.Constant) and isinstance(mark.value, str):
        yield "help", mark.value
    elif isinstance(mark, ast.Tuple) and len(mark.elts) == _PAIR:
        yield from _bounds(mark.elts[0], mark.elts[1])
    elif isinstance(mark, ast.List):
        try:
            yield "choices", constant(mark)
        except NotConstant:
            return
    elif isinstance(mark, ast.Call):
        given = {word.arg: word.value for word in mark.keywords if word.arg}
        if _last(mark.func) in _LOWEST | _HIGHEST and mark.args:
            given[_last(mark.func)] = mark.args[0]
        low = next((given[key] for key in given if key in _LOWEST), None)
        high = next((given[key] for key in given if key in _HIGHEST), None)
        yield from _bounds(low, high)
        told = given.get("description")
        if isinstance(told, ast.Constant) and isinstance(told.value, str):
            yield "help", told.value


def _bounds(low: ast.expr | None, high: ast.expr | None) -> Iterator[tuple[str, Any]]:
    for key, node in (("minimum", low), ("maximum", high)):
        try:
            value = constant(node) if node is not None else None
        except NotConstant:
            continue
        if type(value) in {int, float}:
            yield key, value


def _commented(text: str, kind: str) -> Iterator[tuple[str, Any]]:
    listed = _CHOICES.search(text)
    if listed:
        words = [word.strip().strip("\"'") for word in listed["list"].split(",")]
        choices = [_as(word, kind) for word in words if word]
        if choices and all(type_of(one) == kind for one in choices):
            yield "choices", choices
        return
    ranged = _RANGE.match(text) if kind in _RANGED else None
    if ranged and (ranged["low"] or ranged["high"]):
        for key, part in (("minimum", ranged["low"]), ("maximum", ranged["high"])):
            if part:
                number = float(part)
                yield key, int(number) if number.is_integer() and not set(part) & set(".eE") else number


def _as(word: str, kind: str) -> Any:
    if kind in {"int", "float", "bool"}:
        try:
            value = ast.literal_eval(word)
        except (ValueError, SyntaxError):
            return word
        return float(value) if kind == "float" and type(value) is int else value
    return word


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
