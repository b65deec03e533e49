"""What an expression calls."""

from __future__ import annotations

import ast


def called(node: ast.AST | None) -> str:
    """Return the name of the function or class that *node* calls, without its module or object.

    Empty where *node* is no call, or calls something that has no name, such as the result of another call.
    """
    return last_name(node.func) if isinstance(node, ast.Call) else ""


def last_name(node: ast.AST | None) -> str:
    """Return the last name of `a` or `a.b.c`; empty for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""
