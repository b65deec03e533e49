"""A pipeline's parameters as JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[str, dict[str, Any]] = {
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "str": {"type": "string"},
    "bytes": {"type": "string"},
    "list": {"type": "array"},
    "tuple": {"type": "array"},
    "set": {"type": "array", "uniqueItems": True},
    "dict": {"type": "object"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "time": {"type": "string", "format": "time"},
    "timedelta": {"type": "string"},
    "Path": {"type": "string"},
    "Decimal": {"type": "string"},
}


def json_schema(title: str, schema: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a JSON Schema (draft 2020-12) of the values that a pipeline can be given.

    Only what was declared is a constraint; values seen in earlier runs are `examples`.

    Args:
        title: Name of the pipeline.
        schema: Its parameters, as in its notebook's metadata.
    """
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "properties": {str(item["name"]): _property(item) for item in schema},
        "additionalProperties": False,
    }


def _property(item: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = dict(_TYPES.get(str(item.get("type")), {}))
    nullable = bool(item.get("nullable")) or ("default" in item and item["default"] is None)
    if item.get("secret"):
        found |= {"pattern": "^secret:.+", "writeOnly": True}
    if "choices" in item:
        found["enum"] = [*item["choices"], None] if nullable else list(item["choices"])
    numbers = found.get("type") in {"integer", "number"}
    found |= {key: item[key] for key in ("minimum", "maximum") if numbers and item.get(key) is not None}
    if nullable and "type" in found:
        found["type"] = [found["type"], "null"]
    if "default" in item:
        found["default"] = item["default"]
    if item.get("help"):
        found["description"] = item["help"]
    seen = item.get("seen") or {}
    examples = seen.get("choices") or [seen[key] for key in ("minimum", "maximum") if key in seen]
    return found | ({"examples": examples} if examples else {})
