"""Generators that a cell sets to a known state before it can draw from them."""

from __future__ import annotations

import ast

from nbops.capture.code.generators import GENERATORS, library_called

_SEEDS = {"seed": "", "manual_seed": "torch"}
_LIVELY = (ast.Call, ast.Await, ast.Attribute, ast.Subscript)


def seeded_first(code: str) -> frozenset[str]:
    """Return which of `random`, `numpy`, `torch` the code seeds before anything but imports and constants stands."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    found = set()
    for statement in tree.body:
        seeded = _seeded(statement)
        if seeded:
            found.add(seeded)
        elif not is_plain(statement):
            break
    return frozenset(found)


def is_plain(statement: ast.stmt) -> bool:
    """Say whether *statement* only imports, or binds names to what needs no call."""
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return True
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)) or statement.value is None:
        return False
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    calm = not any(isinstance(node, _LIVELY) for node in ast.walk(statement.value))
    return calm and all(isinstance(target, ast.Name) for target in targets)


def _seeded(statement: ast.stmt) -> str:
    if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)):
        return ""
    call = statement.value
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    known = given and all(
        isinstance(item, ast.Name) or (isinstance(item, ast.Constant) and item.value is not None) for item in given
    )
    if not known or not isinstance(call.func, ast.Attribute) or call.func.attr not in _SEEDS:
        return ""
    root = call.func.value
    while isinstance(root, ast.Attribute):
        root = root.value
    owner = library_called(root.id) if isinstance(root, ast.Name) else ""
    return owner if owner in GENERATORS else ""
