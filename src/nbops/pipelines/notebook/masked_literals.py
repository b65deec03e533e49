"""Secrets that were typed into code and masked in the journal: the code names them instead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbops.capture.secrets.redaction import MASK
from nbops.pipelines.notebook.syntax_tree import syntax_tree


@dataclass(slots=True)
class Named:
    """Code in which secrets are named.

    Attributes:
        code: With a name in the place of each masked literal.
        secrets: Name → environment variable that holds its value.
        left: Masked literals that could not be replaced.
    """

    code: str
    secrets: dict[str, str] = field(default_factory=dict)
    left: int = 0


def name_masked_literals(code: str, taken: frozenset[str]) -> Named:
    """Replace the literals of *code* in which a secret is masked by names; one masked in part is put together again.

    `api_key = "[masked]"` and `Client(token="[masked]")` become `api_key` and `token`, with the variables `API_KEY` and
    `TOKEN`; `"postgres://me:[masked]@host"` assigned to `url` asks for `URL_SECRET`. An assignment of a name at the top
    level is left as it is: it is a parameter then.

    Args:
        code: Python.
        taken: Names that mean something else.
    """
    done = Named(code)
    if MASK not in code:
        return done
    tree = syntax_tree(code)
    if tree is None:
        return Named(code, left=1)
    raw = [line.encode() for line in code.split("\n")]
    whole = {id(statement.value) for statement in tree.body if isinstance(statement, ast.Assign | ast.AnnAssign)
             and _plain_target(statement)}  # fmt: skip
    found = list(_masked(tree))
    for node, target in sorted(found, key=lambda pair: (pair[0].lineno, pair[0].col_offset), reverse=True):
        name, variable = _names(target, partly=node.value != MASK, taken=taken)
        if id(node) in whole and node.value == MASK:
            done.secrets[target] = variable
            continue
        done.secrets[name] = variable
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        head, tail = raw[first][: node.col_offset], raw[last][node.end_col_offset :]
        typed = b"\n".join([*raw[first : last + 1]])[
            node.col_offset : len(b"\n".join(raw[first : last + 1])) - len(tail)
        ]
        text = name.encode() if node.value == MASK else typed + f".replace({MASK!r}, {name})".encode()
        raw[first : last + 1] = (head + text + tail).split(b"\n")
    done.code = b"\n".join(raw).decode()
    done.left = code.count(MASK) - sum(str(node.value).count(MASK) for node, _ in found)
    return done


def _plain_target(statement: ast.Assign | ast.AnnAssign) -> bool:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return len(targets) == 1 and isinstance(targets[0], ast.Name)


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
