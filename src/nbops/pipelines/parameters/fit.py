"""One given value made to be of its parameter's type, where that loses nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path, PurePath
from typing import Any

from nbops.errors import ParameterError
from nbops.pipelines.parameters.secret import Secret, as_secret
from nbops.pipelines.parameters.shown import a_kind, shown
from nbops.pipelines.parameters.type_of import ANY, type_of

_ISO_SPAN = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def fit(value: Any, item: Mapping[str, Any]) -> Any:
    """Return *value* as the type of *item*; no value changes on the way.

    NumPy numbers become Python's, whole numbers fit floats and floats without a fraction fit ints, text fits what is
    written as text in JSON (dates, times, spans, paths, decimals, bytes), lists fit tuples and sets. Of a secret the
    reference to it is returned.

    Raises:
        ParameterError: It does not fit; the sentence names the parameter.
    """
    name, wanted = str(item["name"]), str(item.get("type", ANY))
    if item.get("secret"):
        return _secret(name, value)
    if isinstance(value, Secret):
        raise ParameterError(f"{name} is no secret, so that a value has to be given for it")
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0 and _kind(value) not in "mM":
        value = value.item()
    if wanted == ANY:
        return value
    if value is None:
        if item.get("nullable") or item.get("default", 0) is None:
            return None
        raise ParameterError(f"{name} is None, but has to be {wanted}")
    convert = _CONVERSIONS.get(wanted)
    try:
        fitted = convert(value) if convert else value
    except (ValueError, TypeError, ArithmeticError, InvalidOperation, OverflowError, RecursionError):
        fitted = value
    if type_of(fitted) != wanted:
        raise ParameterError(f"{name} is {shown(value)}, {a_kind(value)}, but has to be {wanted}")
    return fitted


def _kind(value: Any) -> str:
    return str(getattr(getattr(value, "dtype", None), "kind", "-"))


def _secret(name: str, value: Any) -> str:
    found = as_secret(value)
    if found is None:  # the value itself is not in the sentence: it may be the secret
        raise ParameterError(
            f"{name} is a secret, which is named, never given", hint=f'nbops.Secret("NAME"), or -p {name} secret:NAME'
        )
    return found.reference


def _int(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() else value


def _float(value: Any) -> Any:
    if type(value) is int and int(float(value)) == value:
        return float(value)
    return float(value) if isinstance(value, str) and value in {"nan", "inf", "-inf"} else value


def _listed(kind: type) -> Callable[[Any], Any]:
    return lambda value: kind(value) if isinstance(value, list | tuple | set | frozenset) else value


def _date(value: Any) -> Any:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _datetime(value: Any) -> Any:
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 # a day has no zone
    return value


def _time(value: Any) -> Any:
    return dt.time.fromisoformat(value) if isinstance(value, str) else value


def _span(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    found = _ISO_SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        exact = Fraction(value)
    else:
        part = {key: Fraction(text) for key, text in found.groupdict().items() if key != "sign" and text}
        if not part:
            raise ValueError(value)
        sizes = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
        exact = sum((part[key] * size for key, size in sizes.items() if key in part), Fraction())
        exact = -exact if found["sign"] else exact
    return dt.timedelta(microseconds=round(exact * 1_000_000))


def _path(value: Any) -> Any:
    return Path(value) if isinstance(value, str) else value


def _decimal(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) or type(value) is int else value


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, PurePath) else value


def _bytes(value: Any) -> Any:
    return value.encode("latin-1") if isinstance(value, str) else value


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": _int,
    "float": _float,
    "str": _text,
    "bytes": _bytes,
    "list": _listed(list),
    "tuple": _listed(tuple),
    "set": _listed(set),
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "timedelta": _span,
    "Path": _path,
    "Decimal": _decimal,
}
