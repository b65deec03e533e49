"""Names that hold a secret once a cell has run, because of where their values come from."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_ASKS = {"getpass", "get_password", "get_secret", "get_secret_value", "get_credential"}
_READS_ENVIRONMENT = {"getenv", "get", "pop", "setdefault"}
_WORDS = ("getpass", "pass", "pw", "secret", "token", "key", "credential", "auth", "bearer", "dotenv")


def secrets_among(
    bound: Mapping[str, ast.expr | None], source: str, namespace: Mapping[str, Any], is_secret: Callable[[str], bool]
) -> Iterator[tuple[str, bool]]:
    """Yield texts of the namespace that are secrets, and whether that is sure rather than guessed from a name.

    Args:
        bound: Name → the expression that a cell bound it to.
        source: The cell's code; without a word that betrays a secret nothing is looked at.
        namespace: After the cell.
        is_secret: Says whether a name is that of a secret.
    """
    lower = source.lower()
    if not any(word in lower for word in _WORDS):
        return
    for name, node in bound.items():
        if name not in namespace:
            continue
        value = namespace[name]
        comes = node is not None and any(_is_source(part, is_secret, name) for part in ast.walk(node))
        if comes or is_secret(name):
            text = _text(value)
            if text:
                yield text, comes
        if type(value) is dict and len(value) <= 200:  # noqa: PLR2004 # configurations, such as dotenv_values gives
            for key, item in value.items():
                if type(key) is str and is_secret(key) and (text := _text(item)):
                    yield text, "dotenv" in lower


def _is_source(node: ast.AST, is_secret: Callable[[str], bool], target: str) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _called(node.value) == "environ" and is_secret(str(node.slice.value))
    if not isinstance(node, ast.Call):
        return False
    name = _called(node.func)
    if name in _ASKS:
        return True
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    if name == "input":
        return is_secret(target) or is_secret(str(first))
    owner = _called(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if name == "get" and owner in {"secrets", "userdata"}:  # Databricks, Colab
        return True
    return (name == "getenv" or (name in _READS_ENVIRONMENT and owner == "environ")) and is_secret(str(first))


def _called(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _text(value: Any) -> str:
    if type(value) is bytes:
        return value.decode(errors="replace")
    return value if type(value) is str else ""
