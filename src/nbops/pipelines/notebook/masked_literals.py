"""Secrets that were typed into code and masked in the journal: the code names them instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbops.capture.secrets.redaction import MASK
from nbops.pipelines.notebook.bindings_of import plain_assignment
from nbops.pipelines.notebook.syntax_tree import syntax_tree

_WRITTEN = "nbops.Secret"


@dataclass(slots=True)
class Named:
    """Code in which secrets are named.

    Attributes:
        code: With a name in the place of each masked literal.
        secrets: Name → environment variable that holds its value.
        whole: Those of them that the code assigns at the top level.
        left: Masked literals that could not be replaced.
    """

    code: str
    secrets: dict[str, str] = field(default_factory=dict)
    left: int = 0
    whole: set[str] = field(default_factory=set)


def name_masked_literals(code: str, taken: frozenset[str], refused: frozenset[str] = frozenset()) -> Named:
    """Replace the literals of *code* in which a secret is masked by names; one masked in part is put together again.

    `Client(token="[masked]")` becomes `Client(token=token)` with the variable `TOKEN`; `"postgres://me:[masked]@host"`
    assigned to `url` asks for `URL_SECRET`. An assignment of a name at the top level is left as it is: it is going to
    be a parameter. What was written `nbops.Secret("X").value` elsewhere is named, too.

    Args:
        code: Python.
        taken: Names that are bound anywhere, so that they mean something else.
        refused: Names whose assignments at the top level cannot be parameters, and are replaced like all others.
    """
    done = Named(code)
    if MASK not in code and _WRITTEN not in code:
        return done
    tree = syntax_tree(code)
    if tree is None:
        return Named(code, left=code.count(MASK))
    whole = {
        id(getattr(one, "value", None)): name
        for one in tree.body
        if (name := plain_assignment(one)) and name not in refused
    }
    raw = [line.encode() for line in code.split("\n")]
    found = list(_masked(tree))
    looked_up = [(node, variable) for node, variable in _looked_up(tree) if id(node) not in whole]
    spots = [(node, target) for node, target in found if id(node) not in whole or node.value != MASK]
    done.whole = {whole[id(node)] for node, _ in found if id(node) in whole and node.value == MASK}
    done.secrets = {name: name.upper() for name in done.whole}
    for node, target in sorted([*spots, *looked_up], key=_place, reverse=True):
        partly = isinstance(node, ast.Constant) and node.value != MASK
        name, variable = _names(target, partly=partly, taken=taken)
        done.secrets[name] = variable if isinstance(node, ast.Constant) else target
        _replace(raw, node, name, partly=partly)
    done.code = b"\n".join(raw).decode()
    done.left = code.count(MASK) - sum(str(node.value).count(MASK) for node, _ in found)
    return done


def _place(spot: tuple[ast.expr, str]) -> tuple[int, int]:
    return spot[0].lineno, spot[0].col_offset


def _replace(raw: list[bytes], node: ast.expr, name: str, *, partly: bool) -> None:
    first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
    head, tail = raw[first][: node.col_offset], raw[last][node.end_col_offset :]
    lines = b"\n".join(raw[first : last + 1])
    typed = lines[node.col_offset : len(lines) - len(tail)]
    text = typed + f".replace({MASK!r}, {name})".encode() if partly else name.encode()
    raw[first : last + 1] = (head + text + tail).split(b"\n")


def _looked_up(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Yield each `nbops.Secret("X").value`, and the variable that it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "value" and isinstance(node.value, ast.Call):
            given = node.value.args
            plain = len(given) == 1 and isinstance(given[0], ast.Constant) and isinstance(given[0].value, str)
            if ast.unparse(node.value.func) == _WRITTEN and plain:
                yield node, str(given[0].value)  # type: ignore[attr-defined] # a constant, see above


def _names(target: str, *, partly: bool, taken: frozenset[str]) -> tuple[str, str]:
    plain = "".join(letter if letter.isalnum() else "_" for letter in target).strip("_") or "secret"
    plain = f"_{plain}" if plain[0].isdigit() else plain
    plain = f"{plain}_secret" if partly else plain
    name = plain.lower() if plain.isupper() else plain
    while name in taken:
        name += "_secret"
    return name, plain.upper()


def _masked(tree: ast.AST) -> Iterator[tuple[ast.Constant, str]]:
    """Yield each text in which a secret is masked, and the name that it is given."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    seen: set[int] = set()
    for node in ast.walk(tree):
        for target, value in _bindings(node):
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and id(part) not in seen | inside and _is_masked(part):
                    seen.add(id(part))
                    yield part, target
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in seen | inside and _is_masked(node):
            yield node, "secret"


def _is_masked(node: ast.Constant) -> bool:
    return isinstance(node.value, str) and MASK in node.value


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield names and what they are given, the innermost last in a walk from the top."""
    if isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.arguments):
        named = [*node.posonlyargs, *node.args]
        yield from zip((one.arg for one in named[len(named) - len(node.defaults) :]), node.defaults, strict=True)
        yield from ((one.arg, value) for one, value in zip(node.kwonlyargs, node.kw_defaults, strict=True) if value)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and isinstance(value, ast.Constant):
                yield key.value, value
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if not any(isinstance(part, ast.Dict | ast.keyword) for part in ast.walk(node.value)):
            yield _target(targets[0]), node.value


def _target(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "secret"
