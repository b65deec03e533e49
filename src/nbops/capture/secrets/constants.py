"""Secrets that code spells out: the texts bound to secret names, found in its syntax tree, however they are written."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from nbops.capture.code.called import called
from nbops.capture.secrets.secret_name import is_reference, is_secret_name

_WRAPPERS = {"str", "bytes", "SecretStr", "Secret", "tuple", "list", "dict", "set", "frozenset", "b64encode", "encode",
             "join", "format", "decode", "b64decode", "fromhex", "unhexlify", "strip"}  # fmt: skip
_LONGEST = 200_000  # longer than any cell; a difference or an output is no code


def mask_constants(code: str, mask: str) -> tuple[str, list[str], bool]:
    """Replace the text constants that *code* binds to secret names; return it, what was replaced, and if it is code.

    Args:
        code: A cell; lines of magics and shell commands are passed over.
        mask: Stands where a secret stood, in quotes.
    """
    if len(code) > _LONGEST:
        return code, [], False
    lines = code.split("\n")
    plain = ["#" + line[1:] if line.lstrip()[:1] in {"%", "!"} else line for line in lines]
    try:
        tree = ast.parse("\n".join(plain))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return code, [], False
    found = [node for node in _constants(tree) if mask not in str(node.value)]
    raw = [line.encode() for line in lines]
    for node in sorted(set(found), key=lambda node: (node.lineno, node.col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = raw[first][: node.col_offset], raw[last][node.end_col_offset :]
        raw[first : last + 1] = [head + repr(mask).encode() + tail]
    return b"\n".join(raw).decode(), [_told(node.value) for node in found], True


def _told(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _constants(tree: ast.AST) -> Iterator[ast.Constant]:
    bindings = [binding for node in ast.walk(tree) for binding in _bindings(node)]
    # `x = "…"; password = x`: what a secret name is given under another name is a secret there too.
    others = {value.id for name, value in bindings if isinstance(value, ast.Name) and is_secret_name(name)}
    for name, value in bindings:
        if name in others or is_secret_name(name):
            yield from _texts(value)


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _paired(target, node.value)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield from _paired(node.target, node.value)
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.arguments):
        named = [*node.posonlyargs, *node.args]
        yield from zip((one.arg for one in named[len(named) - len(node.defaults) :]), node.defaults, strict=True)
        yield from ((one.arg, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value)


def _paired(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(target.elts) == len(value.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                yield from _paired(one, part)
    elif isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Attribute):
        yield target.attr, value
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        yield str(target.slice.value), value


def _texts(value: ast.expr) -> Iterator[ast.Constant]:  # noqa: C901 # one branch a kind of node
    """Yield the texts that *value* consists of; not those that only say where the secret lies, as in `getenv("X")`."""
    if isinstance(value, ast.Constant):
        if isinstance(value.value, str | bytes) and value.value and not is_reference(_told(value.value)):
            yield value
        return
    if isinstance(value, ast.Call):
        inner = value.args if called(value) in _WRAPPERS else []
        if isinstance(value.func, ast.Attribute) and isinstance(value.func.value, ast.Constant):
            inner = [*inner, value.func.value]
    elif isinstance(value, ast.Tuple | ast.List | ast.Set):
        inner = value.elts
    elif isinstance(value, ast.Dict):
        inner = value.values
    elif isinstance(value, ast.BinOp):
        inner = [value.left, value.right]
    elif isinstance(value, ast.IfExp):
        inner = [value.body, value.orelse]
    elif isinstance(value, ast.BoolOp):
        inner = value.values
    else:
        inner = []
    for part in inner:
        yield from _texts(part)
