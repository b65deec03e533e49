"""Hold what a manifest says against what a manifest can say, before anything believes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from nbops.snapshots.streams.values import Json

_KEYS = {"format", "kind", "rows", "columns", "axes", "extra"}
_COLUMN = {"name", "dtype", "type", "streams"}
_STREAM = 3  # width, length, digest
_MOST = 2**53
_DIGEST = re.compile(r"[0-9a-f]{64}")


def check_body(body: Json, newest: int) -> None:
    """Return if *body* has the form of a manifest of format *newest*: types, ranges, digests, text with an encoding.

    Raises:
        ValueError: It has not; the sentence says where.
    """
    _object(body, _KEYS, "it")
    if type(body["format"]) is not int or body["format"] != newest:
        _refuse("its format")
    _text(body["kind"], "its kind")
    _number(body["rows"], "its number of rows")
    if not isinstance(body["extra"], dict):
        _refuse("what it says besides")
    for parts in ("columns", "axes"):
        for at, column in enumerate(_list(body[parts], f"its list of {parts}")):
            _check_column(column, f"number {at + 1} of its {parts}")


def _check_column(column: Json, where: str) -> None:
    _object(column, _COLUMN, where)
    _text(column["name"], f"the name of {where}")
    _text(column["dtype"], f"the dtype of {where}")
    kind = column["type"]
    if not isinstance(kind, dict) or not isinstance(kind.get("is"), str):
        _refuse(f"the type of {where}")
    if kind["is"] == "file" and not isinstance(kind.get("executable"), bool):
        _refuse(f"the type of {where}")
    if kind["is"] == "link":
        _text(kind.get("to"), f"where {where} leads")
    for stream in _list(column["streams"], f"the content of {where}"):
        if not isinstance(stream, list) or len(stream) != _STREAM:
            _refuse(f"the content of {where}")
        width, nbytes, digest = stream
        if _number(width, f"a width in {where}") == 0:
            _refuse(f"a width in {where}")
        _number(nbytes, f"a length in {where}")
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            _refuse(f"a hash in {where}")


def _object(form: Json, keys: set[str], where: str) -> None:
    if not isinstance(form, dict) or form.keys() != keys:
        _refuse(where)


def _list(form: Json, where: str) -> list[Json]:
    return form if isinstance(form, list) else _refuse(where)


def _number(form: Json, where: str) -> int:
    return form if type(form) is int and 0 <= form <= _MOST else _refuse(where)


def _text(form: Json, where: str) -> None:
    """Names of files may hold bytes that are no UTF-8, as Python spells them; nothing else has no encoding."""
    try:
        form.encode("utf-8", "surrogateescape")
    except (AttributeError, UnicodeEncodeError):
        _refuse(where)


def _refuse(where: str) -> NoReturn:
    raise ValueError(f"{where} is not what it should be")
