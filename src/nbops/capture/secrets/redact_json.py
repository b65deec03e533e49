"""Mask the secrets in JSON values, among them the names of their fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbops.capture.secrets.redaction import MASK, redact
from nbops.capture.secrets.secret_name import is_reference, is_secret_name

_NO_CODE = ")\n"  # no Python begins so


def redact_json(value: Any, *, by_name: bool = True) -> tuple[Any, int]:
    """Mask secrets in every text and field name of a JSON value; return it, and how many texts held some.

    All of its texts are looked at together, once; a value without any secret is returned as it is.

    Args:
        value: Anything that JSON can say.
        by_name: Also mask what stands in a field with the name of a secret.
    """
    texts: dict[str, None] = {}
    names: set[str] = set()
    for text, is_name in _texts(value):
        texts[text] = None
        if is_name:
            names.add(text)
    changed = _changed(texts)
    secret = {name for name in names if is_secret_name(name)} if by_name else set()
    if not changed and not secret:
        return value, 0
    masked = 0

    def clean(name: str, item: Any) -> Any:
        nonlocal masked
        if isinstance(item, dict):
            return {changed.get(str(key), key): clean(str(key), one) for key, one in item.items()}
        if isinstance(item, list | tuple):
            return [clean(name, one) for one in item]
        if not isinstance(item, str) or not item:
            return item
        found = MASK if name in secret and not is_reference(item) else changed.get(item, item)
        masked += found != item
        return found

    cleaned = clean("", value)
    return cleaned, masked + len(names & changed.keys())


def redact_json_text(content: bytes) -> bytes:
    """Return JSON with the secrets masked; exactly as it came where it holds none."""
    clean, masked = redact_json(json.loads(content))
    return json.dumps(clean, separators=(",", ":"), ensure_ascii=False).encode() if masked else content


def redact_names(values: Mapping[str, Any]) -> dict[str, Any]:
    """Mask secrets that stand in names, as in `{"token=…": 1.0}`; a name that only calls something secret stays."""
    changed = _changed(values)
    return {changed.get(name, name): value for name, value in values.items()}


def _texts(value: Any) -> Iterator[tuple[str, bool]]:
    """Yield every text, and whether it is the name of a field."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one, False
        elif isinstance(one, dict):
            yield from ((str(name), True) for name in one)
            waiting.extend(one.values())
        elif isinstance(one, list | tuple):
            waiting.extend(one)


def _changed(texts: Iterable[str]) -> dict[str, str]:
    """Return text → what is left of it, of those that hold a secret."""
    lines = [text for text in texts if "\n" not in text]
    found = {text: redact(text).text for text in texts if "\n" in text}
    clean = redact(_NO_CODE + "\n".join(lines)) if lines else redact("")
    if clean.masked:
        after = clean.text.removeprefix(_NO_CODE).split("\n")
        aligned = len(after) == len(lines)
        found |= dict(zip(lines, after, strict=True)) if aligned else {text: redact(text).text for text in lines}
    return {text: left for text, left in found.items() if left != text}
