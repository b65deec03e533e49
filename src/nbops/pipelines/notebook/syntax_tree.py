"""The syntax tree of a cell."""

from __future__ import annotations

import ast


def syntax_tree(code: str) -> ast.Module | None:
    """Parse a cell, in which `await` may stand outside of functions; None where it is not Python."""
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        tree = compile(code, "<cell>", "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.Module) else None
