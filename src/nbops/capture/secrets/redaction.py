"""Keep secrets out of the journal."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from nbops.capture.secrets.constants import mask_constants
from nbops.capture.secrets.secret_name import NAME, TELLING, is_harmless_name, is_secret_name
from nbops.capture.secrets.suspicious import in_suspicious

MASK = "[masked]"
_ASSIGNED = re.compile(
    rf"""(?<![\w.\-\[\]])(?P<head>[\w.\-\[\]"']*{NAME}[\w\-]*["'\]]*\s*(?::\s*(?:str\s*)?=?|=|,)\s*[rbuf]?)(?P<quote>["'])(?P<value>[^"'\n]{{4,}})(?P=quote)""",
    re.IGNORECASE,
)
_BARE = re.compile(
    rf"(?P<head>(?:^|[\s;&?+-]){NAME}\w*\s*[=:]\s*)(?P<value>[^\s\"'&;()\[\]{{}},]{{8,}})",
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
_SHAPED = ("-----begin", "akia", "asia", "agpa", "aida", "aroa", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_",
           "github_pat_", "glpat-", "hf_", "sk-", "xox", "aiza", "dapi", "npm_", "pypi-", "bearer ")  # fmt: skip
_SIGNING = ("sig=", "signature=", "pwd=", "password=")
_LOOKUP = re.compile(r"^(?:os\.|environ|getenv|getpass|\$|<|\{|%\(|\[masked\])")
_SHORTEST, _LONG, _LONGEST, _MOST_LEARNED = 8, 16, 4096, 500
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
    clean = _redacted(text, known)
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
    values: set[str] = set()
    for secret in secrets:
        found = text.count(secret)
        if found:
            text, masked = text.replace(secret, MASK), masked + found
    lower = text.lower()
    if any(word in lower for word in TELLING):
        text, spelled = mask_constants(text, MASK)
        values.update(spelled)
        masked += len(spelled)
    if "-----begin" in lower:
        text, found = _SHAPES.subn(MASK, text)
        masked += found
    text, found = in_suspicious(text, _SHAPED, lambda part: _SHAPES.subn(MASK, part))
    masked += found
    for pattern, words in _PATTERNS:
        text, found = in_suspicious(text, words, partial(_mask_values, pattern, values=values))
        masked += found
    return _Clean(text, masked, frozenset(value for value in values if _is_telling(value)))


_PATTERNS = (
    (_URL, ("://",)),
    (_URL_TOKEN, ("://",)),
    (_SIGNATURE, _SIGNING),
    (_ASSIGNED, TELLING),
    (_BARE, TELLING),
)


def _is_telling(value: str) -> bool:
    """Say whether a value is long and odd enough to be masked wherever else it stands, as in an error's message."""
    return len(value) >= _SHORTEST and (any(letter.isdigit() for letter in value) or len(value) >= _LONG)


def _mask_values(pattern: re.Pattern[str], text: str, values: set[str]) -> tuple[str, int]:
    masked = 0

    def mask(match: re.Match[str]) -> str:
        nonlocal masked
        found = match.group("value")
        if _LOOKUP.match(found) or MASK in found or is_harmless_name(match.group("head")):
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


def environment_secrets() -> tuple[str, ...]:
    """Return the values of at least eight characters that secret-named environment variables hold, longest first."""
    held = getattr(os.environ, "_data", os.environ)  # as it lies: decoding it all takes longer than the rest
    return _secrets_in(frozenset(held.items()))


@lru_cache(maxsize=4)
def _secrets_in(environment: frozenset[tuple[str | bytes, str | bytes]]) -> tuple[str, ...]:
    pairs = [(os.fsdecode(name), os.fsdecode(value)) for name, value in environment]
    found = {value for name, value in pairs if len(value) >= _SHORTEST and is_secret_name(name)}
    return tuple(sorted((value for value in found if not value.startswith("/")), key=_longest_first))
