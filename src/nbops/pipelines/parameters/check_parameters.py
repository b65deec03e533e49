"""Given parameter values held against a pipeline's schema, before any kernel starts."""

from __future__ import annotations

import difflib
import keyword
from collections.abc import Mapping, Sequence
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.codify import type_of


def check_parameters(given: Mapping[str, Any], schema: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return *given* with exact types, before any kernel starts.

    Raises:
        ParameterError: An unknown name, or a value of the wrong type.
    """
    known = {str(item["name"]): item for item in schema}
    checked = {}
    for name, value in given.items():
        check_name(name)
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"one of: {', '.join(known) or 'none'}"
            raise ParameterError(f"the pipeline has no parameter {name!r}", hint=hint)
        checked[name] = _fit(name, value, str(known[name].get("type", "any")))
    return checked


def check_name(name: str) -> None:
    """Refuse what is no name of Python's; it would be run as code.

    Raises:
        ParameterError: *name* is none.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ParameterError(f"{name!r} cannot be the name of a parameter")


def _fit(name: str, value: Any, wanted: str) -> Any:
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if wanted == "any" or value is None:
        return value
    if wanted == "float" and type(value) is int:
        return float(value)
    if wanted == "list" and isinstance(value, tuple):
        return list(value)
    if wanted == "int" and type(value) is float and value.is_integer():
        return int(value)
    if type_of(value) != wanted:
        raise ParameterError(f"{name} is {value!r}, a {type(value).__name__}, but has to be {wanted}")
    return value
