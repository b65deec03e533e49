"""Secrets that are known by their shape, whatever they are called."""

from __future__ import annotations

import re
from functools import partial

from nbops.capture.secrets.suspicious import in_suspicious

_MASK = "[masked]"
# Each begins where no run of its own letters stands before it, and is bounded: no text takes longer than its length.
_SHAPES = re.compile(
    r"""
    -----BEGIN\ [A-Z ]{0,40}PRIVATE\ KEY-----[\s\S]*?(?:-----END\ [A-Z ]{0,40}PRIVATE\ KEY-----|\Z)
    |\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z0-9]{16}\b
    |(?<![\w-])eyJ[\w-]{8,4096}\.[\w-]{8,4096}(?:\.[\w-]{0,4096})?
    |\bgh[pousr]_[A-Za-z0-9]{30,255}\b|\bgithub_pat_\w{40,255}|(?<![\w-])glpat-[\w-]{16,255}
    |\bhf_[A-Za-z0-9]{30,255}\b|(?<![\w-])sk-(?=[a-zA-Z_-]{0,255}\d)[\w-]{20,255}|(?<![\w-])xox[abeprs]-[\w-]{10,255}
    |\b[sr]k_(?:live|test)_[A-Za-z0-9]{10,255}|\bwhsec_[A-Za-z0-9+/=]{16,255}
    |(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[\w/]{10,255}
    |(?<=/api/webhooks/)\d{5,30}/[\w-]{20,255}
    |\bAIza[\w-]{35}\b|\bdapi[a-f0-9]{32}\b|\bnpm_[A-Za-z0-9]{36}\b|(?<![\w-])pypi-[\w-]{40,400}
    |(?<=[Bb]earer\ )[\w.~+/=-]{12,4096}
    """,
    re.VERBOSE,
)
_SHAPED = ("akia", "asia", "agpa", "aida", "aroa", "eyj", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_",
           "glpat-", "hf_", "sk-", "xox", "k_live_", "k_test_", "whsec_", "hooks.slack", "/webhooks/", "aiza", "dapi",
           "npm_", "pypi-", "bearer ")  # fmt: skip
_URL = re.compile(
    r"(?P<head>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}://[^\s:/@\"'{}]{0,100}:)(?P<value>[^\s/\"'{}]{1,256})(?=@)",
    re.IGNORECASE,
)
_URL_TOKEN = re.compile(r"(?P<head>\bhttps?://)(?P<value>[^\s:/@\"'{}]{8,256})(?=@)", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"(?P<head>[?&;](?:sig|signature|x-amz-signature)=)(?P<value>[^\s&;\"']{8,2048})", re.IGNORECASE
)
_CURL = re.compile(
    r"(?P<head>\bcurl\b[^\n]{0,300}?[ \t](?:-u|--user|--proxy-user)[ \t=]{0,3}[\"']?[^\s:\"']{1,100}:)"
    r"(?P<value>[^\s\"']{1,200})"
)
_CLIENT = re.compile(
    r"(?P<head>\bsshpass[ \t]{1,5}-p[ \t]{0,5}[\"']?"
    r"|\b(?:mysql|mysqldump|mysqladmin|mariadb|redis-cli)\b[^\n]{0,300}?[ \t](?:-p|-a[ \t]{1,5})[\"']?)"
    r"(?P<value>[^\s\"'\-][^\s\"']{2,200})"
)
_PATTERNS = (
    (_URL, ("@",)),
    (_URL_TOKEN, ("@",)),
    (_SIGNATURE, ("sig=", "signature=")),
    (_CURL, ("curl ",)),
    (_CLIENT, ("mysql", "mariadb", "sshpass", "redis-cli")),
)
_REFERENCE = re.compile(r"[$<{%]|\[masked\]")


def mask_shapes(text: str) -> tuple[str, list[str]]:
    """Replace what has the shape of a secret; return the text and what was replaced."""
    values: list[str] = []
    if "-----BEGIN" in text:
        text = _mask(_SHAPES, values, text)[0]
    text, _ = in_suspicious(text, _SHAPED, partial(_mask, _SHAPES, values))
    for pattern, words in _PATTERNS:
        text, _ = in_suspicious(text, words, partial(_mask, pattern, values))
    return text, values


def _mask(pattern: re.Pattern[str], values: list[str], text: str) -> tuple[str, int]:
    before = len(values)

    def mask(match: re.Match[str]) -> str:
        named = match.groupdict()
        found = named.get("value") or match.group()
        if _REFERENCE.match(found):
            return match.group()
        values.append(found)
        return (named.get("head") or "") + _MASK

    return pattern.sub(mask, text), len(values) - before
