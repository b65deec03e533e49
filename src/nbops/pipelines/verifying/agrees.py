"""Whether two statements are one, formatted or parameterized differently."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import Any


def agrees(typed: ast.AST, written: ast.AST, parameters: Collection[str]) -> bool:
    """Say whether *written* is *typed*, whatever its layout and quotes, with literals that became *parameters*.

    Args:
        typed: As it stood in a cell.
        written: As it stands in a pipeline.
        parameters: Names that may stand where a literal was.
    """
    if isinstance(typed, ast.Constant) and isinstance(written, ast.Name) and written.id in parameters:
        return True
    if type(typed) is not type(written):
        return False
    return all(
        _agree(getattr(typed, name, None), getattr(written, name, None), parameters)
        for name in typed._fields
        if name not in {"ctx", "type_comment", "kind"}
    )


def _agree(one: Any, other: Any, parameters: Collection[str]) -> bool:
    if isinstance(one, ast.AST) and isinstance(other, ast.AST):
        return agrees(one, other, parameters)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_agree(*pair, parameters) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)
