"""Outputs of bearable size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

LONGEST_TEXT, LONGEST_CONTENT = 1_000_000, 10_000_000
_CUT = "\n[… nbops left out the middle of this output: it is longer than 1,000,000 characters …]\n"
_LEFT_OUT = "[nbops left out {size:.0f} MB of {kind}: one output of a pipeline's notebook may hold 10 MB]"


def shorten(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return *output* (of a cell, as nbformat has it) itself, or a copy that says what is left out of it.

    Of printed text and of tracebacks the first and last half million characters stay; any other content of more than
    ten million is replaced by a sentence.
    """
    if len(output.get("text", "")) > LONGEST_TEXT:
        return {**output, "text": _ends(output["text"])}
    if sum(map(len, output.get("traceback", ()))) > LONGEST_TEXT:
        return {**output, "traceback": _ends("\n".join(output["traceback"])).split("\n")}
    large = {kind: size for kind, value in output.get("data", {}).items() if (size := _size(value)) > LONGEST_CONTENT}
    if not large:
        return output
    kept = {kind: value for kind, value in output["data"].items() if kind not in large}
    told = [_LEFT_OUT.format(kind=kind, size=size / 1e6) for kind, size in large.items()]
    plain = [kept["text/plain"]] if "text/plain" in kept else []
    return {**output, "data": kept | {"text/plain": "\n".join([*plain, *told])}}


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(json.dumps(value, default=str))


def _ends(text: str) -> str:
    """Cut between lines where there are any nearby: a secret is rarely longer than a line."""
    half = LONGEST_TEXT // 2
    head, tail = text[:half], text[-half:]
    end, start = head.rfind("\n", half // 2), tail.find("\n", 0, half // 2)
    return (head[:end] if end >= 0 else head) + _CUT + (tail[start + 1 :] if start >= 0 else tail)
