"""Parameter values as Python text that means exactly the same value."""

from __future__ import annotations

import datetime as dt
import enum
import math
import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.secret import Secret
from nbops.pipelines.parameters.shown import a_kind

_PLAIN = (bool, int, float, str, bytes)


def codify(value: Any) -> str:
    """Return Python text for *value* that needs no name to be imported first.

    Evaluated, it gives an equal value of the same type. A NumPy number becomes the Python number that is equal to it;
    a secret becomes a reference to it; a member of an enumeration that cannot be imported, its value.

    Raises:
        ParameterError: No such text exists for its type, or it holds itself.
    """
    try:
        return _text(value)
    except RecursionError as error:
        told = "that holds itself, or is nested too deeply,"
        raise ParameterError(f"{a_kind(value)} {told} cannot be a parameter") from error


def _text(value: Any) -> str:
    if isinstance(value, Secret):
        return repr(value.reference)
    if isinstance(value, enum.Enum):
        return _member(value)
    if hasattr(value, "dtype") and getattr(value, "ndim", None) == 0:
        return _scalar(value)
    for kind in _PLAIN:
        if isinstance(value, kind):  # a subclass might say anything
            return _number(value) if isinstance(value, float) else _plain(kind, value)
    for kinds, write in _WRITERS:
        if isinstance(value, kinds):
            return write(value)
    raise ParameterError(f"{a_kind(value)} cannot be a parameter", hint="numbers, text, dates, paths, lists, dicts")


def _plain(kind: Any, value: Any) -> str:
    try:
        text: str = kind.__repr__(value)
    except ValueError as error:  # Python writes no whole number of more than 4,300 digits
        raise ParameterError("a whole number of thousands of digits cannot be a parameter") from error
    return text


def _number(value: float) -> str:
    return float.__repr__(value) if math.isfinite(value) else f"float({str(float(value))!r})"


def _member(value: enum.Enum) -> str:
    kind = type(value)
    module = sys.modules.get(kind.__module__)
    known = kind.__module__ != "__main__" and getattr(module, kind.__qualname__, None) is kind
    if known:
        plain = "." not in kind.__module__
        importing = "__import__(" if plain else "__import__('importlib').import_module("
        made = f"{importing}{kind.__module__!r})"
        # Several flags at once are no member that has a name of its own.
        chosen = f"[{value.name!r}]" if value.name in kind.__members__ else f"({_text(value.value)})"
        return f"{made}.{kind.__qualname__}{chosen}"
    return _text(value.value)  # its class is made by the pipeline itself, later than its parameters


def _scalar(value: Any) -> str:
    kind = getattr(value.dtype, "kind", "-")
    if kind in "mM":  # its item would lose nanoseconds
        unit = str(value.dtype).partition("[")[2].rstrip("]")
        amount = str(value) if kind == "M" else int(value.astype("int64"))
        text = repr(amount) if str(value) != "NaT" else "'NaT'"
        made = f"__import__('numpy').{'datetime64' if kind == 'M' else 'timedelta64'}({text}"
        return f"{made}, {unit!r})" if unit else f"{made})"
    plain = value.item()
    if hasattr(plain, "dtype"):
        raise ParameterError(f"{a_kind(value)} has no equal among Python's numbers")
    return _text(plain)


def _moment(value: dt.datetime) -> str:
    if type(value).__module__.partition(".")[0] == "pandas":
        zone = getattr(value.tzinfo, "key", None)
        text = value.isoformat()
        return f"__import__('pandas').Timestamp({text!r})" + (f".tz_convert({zone!r})" if zone else "")
    zone = getattr(value.tzinfo, "key", None)
    if zone is None:
        text = f"__import__('datetime').datetime.fromisoformat({value.isoformat()!r})"
        return f"{text}.replace(fold=1)" if value.fold else text
    text = f"__import__('datetime').datetime.fromisoformat({value.replace(tzinfo=None).isoformat()!r})"
    return f"{text}.replace(tzinfo=__import__('zoneinfo').ZoneInfo({zone!r}), fold={value.fold})"


def _time(value: dt.time) -> str:
    zone = getattr(value.tzinfo, "key", None)
    plain = value.replace(tzinfo=None) if zone else value
    text = f"__import__('datetime').time.fromisoformat({plain.isoformat()!r})"
    changes = [f"tzinfo=__import__('zoneinfo').ZoneInfo({zone!r})"] if zone else []
    changes += ["fold=1"] if value.fold else []
    return f"{text}.replace({', '.join(changes)})" if changes else text


def _span(value: dt.timedelta) -> str:
    if type(value).__module__.partition(".")[0] == "pandas":
        return f"__import__('pandas').Timedelta({value.isoformat()!r})"  # type: ignore[attr-defined] # pandas' has it
    return f"__import__('datetime').timedelta({value.days}, {value.seconds}, {value.microseconds})"


def _path(value: PurePath) -> str:
    # Never the name of its own class, which may be any text, and would be run.
    pure = "PureWindowsPath" if isinstance(value, PureWindowsPath) else "PurePosixPath"
    kind = "Path" if isinstance(value, Path) else pure
    return f"__import__('pathlib').{kind}({str(value)!r})"


def _set(value: set[Any] | frozenset[Any]) -> str:
    inner = ", ".join(sorted(map(_text, value)))
    if isinstance(value, frozenset):
        return f"frozenset({{{inner}}})" if inner else "frozenset()"
    return f"{{{inner}}}" if inner else "set()"


def _tuple(value: tuple[Any, ...]) -> str:
    inner = ", ".join(map(_text, value))
    return f"({inner},)" if len(value) == 1 else f"({inner})"


def _mapping(value: Mapping[Any, Any]) -> str:
    return "{" + ", ".join(f"{_text(key)}: {_text(item)}" for key, item in value.items()) + "}"


_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _: "None"),
    (complex, lambda value: f"complex({_number(value.real)}, {_number(value.imag)})"),
    (dt.datetime, _moment),
    (dt.date, lambda value: f"__import__('datetime').date.fromisoformat({value.isoformat()!r})"),
    (dt.time, _time),
    (dt.timedelta, _span),
    (PurePath, _path),
    (Decimal, lambda value: f"__import__('decimal').Decimal({str(value)!r})"),
    (range, range.__repr__),
    ((set, frozenset), _set),
    (tuple, _tuple),
    (list, lambda value: f"[{', '.join(map(_text, value))}]"),
    (Mapping, _mapping),
)
