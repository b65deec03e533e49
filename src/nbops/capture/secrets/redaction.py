"""Keep secrets out of the journal."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nbops.capture.secrets.constants import mask_constants

MASK = "[masked]"
_NAME = (
    r"(?:pass(?:word|wd|phrase|(?![a-z]))|pwd|pw(?![a-z])|secret(?:key|s?(?![a-z]{2}))|token(?!iz)|api_?key|access_?key|private_?key"
    r"|credential|auth(?:orization|(?![a-z]))|bearer)"
)
_SECRET_NAME = re.compile(rf"(?:^|[_\W]|(?<=[a-z])(?=[A-Z])){_NAME}s?(?:$|[_\W\d]|(?=[A-Z]))", re.IGNORECASE)
_HARMLESS_NAME = re.compile(r"(?:max|min|num|n|pad|eos|bos|unk|sep|cls|mask|special|stop|next)_?tokens?|tokens?_?(?:count|ids?|len|length|type)|token(?:iz)", re.IGNORECASE)  # fmt: skip # noqa: E501
_ASSIGNED = re.compile(
    rf"""(?P<head>[\w.\-\[\]"']*{_NAME}[\w\-]*["'\]]*\s*(?::\s*(?:str\s*)?=?|=|,)\s*[rbuf]?)(?P<quote>["'])(?P<value>[^"'\n]{{4,}})(?P=quote)""",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?P<head>(?:^|[\s;&?+-]){_NAME}\w*\s*[=:]\s*)(?P<value>[^\s\"'&;()\[\]{{}},]{{8,}})",
    re.IGNORECASE | re.MULTILINE,
)
_SHAPES = re.compile(
    r"""
    (?P<key>-----BEGIN\ [A-Z ]*PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z))
    |\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b
    |\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*
    |\bgh[pousr]_[A-Za-z0-9]{30,}\b|\bgithub_pat_\w{40,}\b|\bglpat-[\w-]{16,}
    |\bhf_[A-Za-z0-9]{30,}\b|\bsk-(?:[\w]+-)*[A-Za-z0-9]{20,}\b|\bxox[abprs]-[\w-]{10,}
    |\bAIza[\w-]{35}\b|\bdapi[a-f0-9]{32}\b|\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{40,}
    |(?<=Bearer\ )[\w.~+/=-]{12,}
    """,
    re.VERBOSE,
)
_URL = re.compile(r"(?P<head>\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"']*:)(?P<value>[^\s/@\"'{}]+)(?=@)", re.IGNORECASE)
_URL_TOKEN = re.compile(r"(?P<head>\bhttps?://)(?P<value>[^\s:/@\"'{}]{8,})(?=@)", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?P<head>[?&;](?:sig|signature|x-amz-signature|pwd|password)=)(?P<value>[^\s&;\"']{8,})", re.IGNORECASE
)
_LOOKUP = re.compile(r"^(?:os\.|environ|getenv|getpass|\$|<|\{|%\(|\[masked\])")
_SHORTEST, _LONG = 8, 16
# Secrets that this process has met in code; its errors may say them without their names.
_learned: set[str] = set()


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
    clean = _redacted(text, (*environment_secrets(), *sorted(_learned)))
    _learned.update(clean.values)
    return Redacted(clean.text, clean.masked)


@dataclass(frozen=True, slots=True)
class _Clean:
    text: str
    masked: int
    values: frozenset[str]


@lru_cache(maxsize=64)
def _redacted(text: str, secrets: tuple[str, ...]) -> _Clean:
    masked = 0
    values: set[str] = set()
    for secret in secrets:
        found = text.count(secret)
        if found:
            text, masked = text.replace(secret, MASK), masked + found
    text, spelled = mask_constants(text, is_secret_name, MASK)
    values.update(spelled)
    masked += len(spelled)
    text, found = _SHAPES.subn(MASK, text)
    masked += found
    for pattern in (_URL, _URL_TOKEN, _SIGNATURE, _ASSIGNED, _BARE):
        text, found = _mask_values(pattern, text, values)
        masked += found
    return _Clean(text, masked, frozenset(value for value in values if _is_telling(value)))


def _is_telling(value: str) -> bool:
    """Say whether a value is long and odd enough to be masked wherever else it stands, as in an error's message."""
    return len(value) >= _SHORTEST and (any(letter.isdigit() for letter in value) or len(value) >= _LONG)


def _mask_values(pattern: re.Pattern[str], text: str, values: set[str]) -> tuple[str, int]:
    masked = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal masked
        found = match.group("value")
        if _LOOKUP.match(found) or MASK in found or _HARMLESS_NAME.search(match.group("head")):
            return match.group()
        masked += 1
        values.add(found)
        start, end = match.span("value")
        offset = match.start()
        return match.group()[: start - offset] + MASK + match.group()[end - offset :]

    return pattern.sub(mask, text), masked


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


def is_secret_name(name: str) -> bool:
    """Say whether a value called *name* is to be kept secret."""
    return bool(_SECRET_NAME.search(name)) and not _HARMLESS_NAME.search(name)


def environment_secrets() -> tuple[str, ...]:
    """Return the values of at least eight characters that secret-named environment variables hold, longest first."""
    held = getattr(os.environ, "_data", os.environ)  # as it lies: decoding it all takes longer than the rest
    return _secrets_in(frozenset(held.items()))


@lru_cache(maxsize=4)
def _secrets_in(environment: frozenset[tuple[str | bytes, str | bytes]]) -> tuple[str, ...]:
    pairs = [(os.fsdecode(name), os.fsdecode(value)) for name, value in environment]
    found = {value for name, value in pairs if len(value) >= _SHORTEST and is_secret_name(name)}
    return tuple(
        sorted((value for value in found if not value.startswith("/")), key=lambda value: (-len(value), value))
    )
