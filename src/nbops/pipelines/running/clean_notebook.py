"""An executed notebook as it may be kept: secrets masked, outputs of bearable size, written whole or not at all."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from nbops.capture.secrets.redact_json import redact_json
from nbops.capture.secrets.redact_long import redact_long
from nbops.capture.secrets.redaction import redact_value
from nbops.pipelines.running.shorten import shorten

if TYPE_CHECKING:
    from nbformat import NotebookNode

_SECONDS = 5.0
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_BINARY = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream")
_TEXT = ("image/svg",)


class CleanNotebook:
    """Makes clean copies of one notebook while it is executed; a cell that has not changed is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, Any]] = {}

    def of(self, notebook: NotebookNode) -> NotebookNode:
        """Return a copy of *notebook* without secrets: in sources, outputs of any kind, and metadata."""
        import nbformat

        metadata = redact_json(deepcopy(notebook.metadata))[0]
        if "parameters" in metadata.get("papermill", {}):
            given = metadata["papermill"]["parameters"]
            metadata["papermill"]["parameters"] = {name: redact_value(name, value)[0] for name, value in given.items()}
        cells = [self._cell(index, cell) for index, cell in enumerate(notebook.cells)]
        plain = {name: value for name, value in notebook.items() if name not in {"cells", "metadata"}}
        made: NotebookNode = nbformat.from_dict(plain | {"metadata": metadata, "cells": cells})  # type: ignore[no-untyped-call]
        return made

    def _cell(self, index: int, cell: NotebookNode) -> Any:
        seen = hash(json.dumps(cell, default=str))
        known = self._known.get(index)
        if known is not None and known[0] == seen:
            return known[1]
        clean = dict(deepcopy(cell))
        clean["source"] = _text(clean.get("source", ""))
        if "outputs" in clean:
            clean["outputs"] = [_output(dict(output)) for output in clean["outputs"]]
        if clean.get("attachments"):
            clean["attachments"] = redact_json(clean["attachments"])[0]
        self._known[index] = (seen, clean)
        return clean


def _output(output: dict[str, Any]) -> dict[str, Any]:
    output = dict(shorten(output))
    if "text" in output:
        output["text"] = _text(output["text"])
    if "data" in output:
        output["data"] = {kind: _content(kind, value) for kind, value in output["data"].items()}
    if "traceback" in output:
        output["evalue"] = _text(str(output.get("evalue", "")))
        output["traceback"] = _text("\n".join(output["traceback"])).split("\n")
    return output


def _content(kind: str, value: Any) -> Any:
    if not isinstance(value, str):
        return redact_json(value)[0]
    if kind.startswith(_BINARY) and not kind.startswith(_TEXT):
        return value
    return _text(value)


def _text(text: str) -> str:
    """Mask secrets; where colours stand between or beside them, they go too, because they hide what a word is."""
    plain = _COLOURS.sub("", text) if "\x1b[" in text else text
    clean = redact_long(plain, _SECONDS).text
    return text if clean == plain else clean
