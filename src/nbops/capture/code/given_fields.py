"""What a constructor was given, field by field."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from nbops.capture.code.called import called


def given_fields(node: ast.expr | None, name: str, fields: Sequence[str]) -> dict[str, ast.expr] | None:
    """Return field → expression of a call of the class *name*; None where *node* is no such call, or not plain to read.

    Args:
        node: An expression.
        name: Of the class, without its module.
        fields: Its fields, in the order in which they are given without names.
    """
    if not isinstance(node, ast.Call) or called(node) != name:
        return None
    if len(node.args) > len(fields) or any(isinstance(part, ast.Starred) for part in node.args):
        return None
    if any(part.arg is None for part in node.keywords):
        return None
    given = dict(zip(fields, node.args, strict=False))
    return given | {part.arg: part.value for part in node.keywords if part.arg is not None}
