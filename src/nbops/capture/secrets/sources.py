"""Names that hold a secret once a cell has run, because of where their values come from."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

from nbops.capture.code.called import called, last_name
from nbops.capture.secrets.secret_name import TELLING, is_secret_name

_ASKS = {"getpass", "get_password", "get_secret", "get_secret_value", "get_credential"}
_READS_ENVIRONMENT = {"getenv", "get", "pop", "setdefault"}
_WORDS = (*TELLING, "dotenv")


def secrets_among(
    bound: Mapping[str, ast.expr | None], source: str, namespace: Mapping[str, Any]
) -> Iterator[tuple[str, bool]]:
    """Yield texts of the namespace that are secrets, and whether that is sure rather than guessed from a name.

    Args:
        bound: Name → the expression that a cell bound it to.
        source: The cell's code; without a word that betrays a secret nothing is looked at.
        namespace: After the cell.
    """
    lower = source.lower()
    if not any(word in lower for word in _WORDS):
        return
    for name, node in bound.items():
        if name not in namespace:
            continue
        value = namespace[name]
        comes = node is not None and any(_is_source(part, name) for part in ast.walk(node))
        if comes or is_secret_name(name):
            text = _text(value)
            if text:
                yield text, comes
        if type(value) is dict and len(value) <= 200:  # noqa: PLR2004 # configurations, such as dotenv_values gives
            for key, item in value.items():
                if type(key) is str and is_secret_name(key) and (text := _text(item)):
                    yield text, "dotenv" in lower


def _is_source(node: ast.AST, target: str) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return last_name(node.value) == "environ" and is_secret_name(str(node.slice.value))
    if not isinstance(node, ast.Call):
        return False
    name = called(node)
    if name in _ASKS:
        return True
    first = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else ""
    if name == "input":
        return is_secret_name(target) or is_secret_name(str(first))
    owner = last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
    if name == "get" and owner in {"secrets", "userdata"}:  # Databricks, Colab
        return True
    return (name == "getenv" or (name in _READS_ENVIRONMENT and owner == "environ")) and is_secret_name(str(first))


def _text(value: Any) -> str:
    if type(value) is bytes:
        return value.decode(errors="replace")
    return value if type(value) is str else ""
