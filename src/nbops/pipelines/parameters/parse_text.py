"""The text of a parameter on a command line, read by the parameter's declared type."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.secret import as_secret
from nbops.pipelines.parameters.shown import shown
from nbops.pipelines.parameters.type_of import ANY

_NONE, _TRUE, _FALSE = {"None", "null"}, {"true", "yes", "1", "on"}, {"false", "no", "0", "off"}
_ENDLESS = {float("inf"), float("-inf")}
_WORDS = {"True": True, "False": False, "None": None}


def parse_text(text: str, item: Mapping[str, Any] | None) -> Any:
    """Return the value that *text* means for the parameter *item*; what it cannot mean stays text, to be refused.

    Args:
        text: As typed: `1e3`, `007`, `2024-02-29`, `[1, 2]`, `None`, `secret:NAME`.
        item: The parameter in the schema; without one the text is read as papermill reads it.

    Raises:
        ParameterError: It is a number that is too large to be one.
    """
    wanted = str(item.get("type", ANY)) if item else ANY
    if item and item.get("secret"):
        return as_secret(text) or text
    if item and text in _NONE and (item.get("nullable") or item.get("default", 0) is None):
        return None
    if wanted in {"list", "dict", "tuple", "set"}:
        return _container(text)
    if wanted == "bool":
        word = text.strip().lower()
        return True if word in _TRUE else False if word in _FALSE else text
    if wanted in {"int", "float"}:
        return _number(text, wanted)
    return untyped(text) if wanted == ANY else text


def untyped(text: str) -> Any:
    """Return *text* as papermill reads it: True, False, None, an integer, a float, else the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    return _number(text, "int")


def _number(text: str, wanted: str) -> Any:
    for kind in (int, float) if wanted == "int" else (float,):
        try:
            number = kind(text)
        except ValueError:
            continue
        if number in _ENDLESS and "inf" not in text.lower():
            raise ParameterError(f"{shown(text)} is too large a number")
        return number
    return text


def _container(text: str) -> Any:
    for read in (json.loads, ast.literal_eval):
        try:
            return read(text)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return text
