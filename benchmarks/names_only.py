"""Slices by names alone, as reactive notebooks make them: who binds a name feeds whoever reads it; nothing mutates."""

from __future__ import annotations

import ast


def names_only_slice(codes: tuple[str, ...]) -> tuple[int, ...]:
    """Return the places, from 0, of the cells among *codes* (plain Python) that the last one needs."""
    bound: dict[str, int] = {}
    needs: list[set[int]] = []
    for place, code in enumerate(codes):
        read, binds = _names(code)
        needs.append({bound[name] for name in read if name in bound})
        bound.update(dict.fromkeys(binds, place))
    kept, waiting = set[int](), [len(codes) - 1]
    while waiting:
        place = waiting.pop()
        if place not in kept:
            kept.add(place)
            waiting.extend(needs[place])
    return tuple(sorted(kept))


def _names(code: str) -> tuple[set[str], set[str]]:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return set(), set()
    binds: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            binds.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            binds.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            binds.update(item.asname or item.name.partition(".")[0] for item in node.names)
    read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    read |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
    }
    return read, binds
