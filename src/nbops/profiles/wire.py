"""A profile as JSON text, and back. `nbops_profile` is the version of the format."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from nbops.errors import ProfileError
from nbops.profiles.column import Column
from nbops.profiles.profile import Profile
from nbops.profiles.vector import Vector
from nbops.profiles.words import Words

FORMAT = 2  # 1 had no sketch, vector and words; it can still be read
_PLAIN = ("rows", "name", "time", "window", "start", "end", "published")


def encode(profile: Profile) -> str:
    """Return *profile* as JSON; what has its default is left out."""
    body: dict[str, Any] = {"nbops_profile": FORMAT}
    body |= {name: getattr(profile, name) for name in _PLAIN if getattr(profile, name) not in {None, False}}
    body |= {"rows": profile.rows, "columns": {name: _column(column) for name, column in profile.columns.items()}}
    if profile.starts:
        body["windows"] = {"starts": profile.starts, "rows": profile.window_rows}
    if profile.duplicates:
        body["duplicates"] = profile.duplicates
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def decode(text: str | bytes | Mapping[str, Any]) -> Profile:
    """Return the profile that *text* stands for.

    Raises:
        ProfileError: It is no profile, or one of a newer version.
    """
    try:
        body = dict(text) if isinstance(text, Mapping) else json.loads(text)
        version = body["nbops_profile"]
        if version > FORMAT:
            raise ProfileError(
                f"the profile has format {version}, this nbops reads up to {FORMAT}", hint="pip install -U nbops"
            )
        windows = body.get("windows", {})
        return Profile(
            columns={name: _restored(name, column) for name, column in body["columns"].items()},
            starts=tuple(windows.get("starts", ())),
            window_rows=tuple(windows.get("rows", ())),
            duplicates=tuple(body.get("duplicates", ())),
            **{name: body[name] for name in _PLAIN if name in body},
        )
    except (KeyError, TypeError, ValueError, AttributeError, zlib.error) as error:
        raise ProfileError(f"this is not a profile: {error}", hint="profile(df).to_json()") from error


def _column(column: Column) -> dict[str, Any]:
    blank = Column(column.name, column.kind, column.dtype, ())
    body = {item.name: getattr(column, item.name) for item in fields(Column) if item.name != "name"}
    body = {name: value for name, value in body.items() if name in {"kind", "dtype"} or value != getattr(blank, name)}
    return {name: _plain(value) for name, value in body.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(zlib.compress(value, 9)).decode()
    if isinstance(value, Vector | Words):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if getattr(value, item.name)}
    return value


def _restored(name: str, body: Mapping[str, Any]) -> Column:
    given = _given(Column, body)
    given["unlisted"] = tuple((str(label), int(rows)) for label, rows in body.get("unlisted", ()))
    if "vector" in given:
        given["vector"] = Vector(**_given(Vector, body["vector"]))
    if "words" in given:
        given["words"] = Words(**{"vocabulary": b"", **_given(Words, body["words"])})
    return Column(name=name, **given)


def _given(noun: type, body: Mapping[str, Any]) -> dict[str, Any]:
    known = {item.name: str(item.type) for item in fields(noun)}
    return {key: _value(value, known[key]) for key, value in body.items() if key in known}


def _value(value: Any, kind: str) -> Any:
    if kind == "bytes":
        return zlib.decompress(base64.b64decode(value))
    return tuple(value) if isinstance(value, list) else value
