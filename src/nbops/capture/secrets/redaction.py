"""Keep secrets out of the journal."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbops.capture.secrets.constants import mask_constants
from nbops.capture.secrets.named_values import ANCHORS, mask_named_values
from nbops.capture.secrets.named_values import MASK as MASK  # noqa: PLC0414 # part of the surface
from nbops.capture.secrets.secret_name import is_secret_name as is_secret_name  # noqa: PLC0414 # part of the surface
from nbops.capture.secrets.shapes import mask_shapes
from nbops.capture.secrets.spellings import spellings

_SHORTEST, _LONG, _LONGEST, _MOST_LEARNED, _CACHED = 8, 16, 4096, 500, 65_536
# Secrets that this process has met in code; its errors may say them without their names.
_learned: set[str] = set()
_met: list[tuple[str, ...]] = [()]


@dataclass(frozen=True, slots=True)
class Redacted:
    """Text without secrets.

    Attributes:
        text: With every secret replaced by `[masked]`.
        masked: How many were replaced.
    """

    text: str
    masked: int = 0


def redact(text: str) -> Redacted:
    """Mask secrets in *text*: by the name they are given, by shape, and by equality with secrets of the environment."""
    environment = environment_secrets()
    if environment is not _met[0]:  # what is removed from the environment stays a secret
        _learned.update(environment)
        _met[0] = environment
    known = (*environment, *sorted(_learned.difference(environment), key=_longest_first)) if _learned else environment
    clean = _redacted(text, known) if len(text) <= _CACHED else _redacted.__wrapped__(text, known)
    _learned.update(clean.values)
    return Redacted(clean.text, clean.masked)


def learn_secret(value: str, *, sure: bool) -> None:
    """Mask *value* from now on wherever it stands, for as long as this process lives; it is kept in memory only.

    Args:
        value: A text; one of fewer than eight characters, or of a length that no secret has, is not learned.
        sure: It is a secret whatever it looks like; otherwise only an odd text counts, so that no word is lost.
    """
    value = value.strip()
    if _SHORTEST <= len(value) <= _LONGEST and (sure or _is_telling(value)) and len(_learned) < _MOST_LEARNED:
        _learned.add(value)


def known_secrets() -> tuple[str, ...]:
    """Return every secret that this process knows, of its environment and met in code: to compare, never to show."""
    return (*environment_secrets(), *sorted(_learned, key=_longest_first))


def redact_all(texts: Mapping[str, str]) -> dict[str, str]:
    """Mask secrets in the values of *texts*, also where their names say that they are secret."""
    return {name: str(redact_value(name, text)[0]) for name, text in texts.items()}


def _longest_first(value: str) -> tuple[int, str]:
    return -len(value), value


@dataclass(frozen=True, slots=True)
class _Clean:
    text: str
    masked: int
    values: frozenset[str]


@lru_cache(maxsize=64)
def _redacted(text: str, secrets: tuple[str, ...]) -> _Clean:
    masked = 0
    for secret in spellings(secrets):
        found = text.count(secret)
        if found:
            text, masked = text.replace(secret, MASK), masked + found
    values: list[str] = []
    lower = text.lower()
    is_named = any(word in lower for word in ANCHORS)
    code = False
    if is_named:
        text, spelled, code = mask_constants(text, MASK)
        values += spelled
    text, shaped = mask_shapes(text)
    if is_named:
        text, named = mask_named_values(text, code=code)
        values += named
    telling = frozenset(value for value in values if len(value) <= _LONGEST and _is_telling(value))
    return _Clean(text, masked + len(values) + len(shaped), telling)


def _is_telling(value: str) -> bool:
    """Say whether a value is long and odd enough to be masked wherever else it stands, as in an error's message."""
    return len(value) >= _SHORTEST and (any(letter.isdigit() for letter in value) or len(value) >= _LONG)


def redact_value(name: str, value: Any) -> tuple[Any, int]:
    """Mask a named JSON value; return it with the number of secrets masked."""
    if isinstance(value, str):
        if is_secret_name(name) and value:
            return MASK, 1
        clean = redact(value)
        return clean.text, clean.masked
    if isinstance(value, dict):
        pairs = {key: redact_value(str(key), item) for key, item in value.items()}
        return {key: item for key, (item, _) in pairs.items()}, sum(count for _, count in pairs.values())
    if isinstance(value, list):
        items = [redact_value(name, item) for item in value]
        return [item for item, _ in items], sum(count for _, count in items)
    return value, 0


def environment_secrets() -> tuple[str, ...]:
    """Return the values of at least eight characters that secret-named environment variables hold, longest first."""
    held = getattr(os.environ, "_data", os.environ)  # as it lies: decoding it all takes longer than the rest
    return _secrets_in(frozenset(held.items()))


@lru_cache(maxsize=4)
def _secrets_in(environment: frozenset[tuple[str | bytes, str | bytes]]) -> tuple[str, ...]:
    pairs = [(os.fsdecode(name), os.fsdecode(value)) for name, value in environment]
    found = {value for name, value in pairs if len(value) >= _SHORTEST and is_secret_name(name)}
    return tuple(sorted((value for value in found if not value.startswith("/")), key=_longest_first))
