"""What is wrong with a notebook that says it is a pipeline; a file may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TEXTS = ("pipeline", "run", "experiment", "directory", "parameters_cell", "content")


def damage(notebook: Any) -> str:
    """Return what keeps *notebook* from being run as a pipeline, in words that go on from "its "; empty where nothing.

    Args:
        notebook: As nbformat reads it.
    """
    cells = notebook.get("cells") if isinstance(notebook, Mapping) else None
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        return "cells are damaged"
    if not isinstance(notebook.get("metadata"), Mapping):
        return "metadata are damaged"
    ours = notebook["metadata"].get("nbops", {})
    if not isinstance(ours, Mapping) or not all(isinstance(ours.get(key) or "", str) for key in _TEXTS):
        return "metadata are damaged"
    if not all(isinstance(ours.get(key) or {}, Mapping) for key in ("verification", "loads", "schema")):
        return "metadata are damaged"
    schema = ours.get("parameters", [])
    return "" if isinstance(schema, list) and all(map(_is_parameter, schema)) else "parameters are damaged"


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, Mapping) or not isinstance(cell.get("source"), str):
        return False
    if not isinstance(cell.get("cell_type"), str) or not isinstance(cell.get("metadata"), Mapping):
        return False
    tags = cell["metadata"].get("tags", [])
    return isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)


def _is_parameter(item: Any) -> bool:
    if not isinstance(item, Mapping) or not isinstance(item.get("name"), str):
        return False
    choices = item.get("choices")
    return isinstance(item.get("type", ""), str) and (choices is None or isinstance(choices, list))
