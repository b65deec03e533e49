"""Single Python values as JSON and back, exactly: labels, names, and what an object column holds besides the usual.

Only types known here are read, by their exact class: nothing of the user's (`__eq__`, `__repr__`, `__reduce__`) runs.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import uuid
from typing import TYPE_CHECKING, Any, TypeAlias

from nbops.errors import SnapshotError

if TYPE_CHECKING:
    from collections.abc import Callable

Json: TypeAlias = Any

_PLAIN = {type(None), bool, int}


def value_to_json(value: Any) -> Json:
    """Return *value* as JSON; everything but None, truth, whole numbers and clean text is `{kind: …}`.

    Raises:
        SnapshotError: Its class is not known here.
    """
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is str:
        return value if _is_clean(value) else {"text": value.encode("utf-16-le", "surrogatepass").hex()}
    writer = _WRITERS.get(kind)
    return writer(value) if writer else _foreign_to_json(value)


def value_from_json(form: Json) -> Any:
    """Return the value that *form* stands for.

    Raises:
        SnapshotError: It is no form that `value_to_json` writes.
    """
    if not isinstance(form, dict):
        return form
    (kind, content), *_ = form.items()
    try:
        return _READERS[kind](content)
    except KeyError as error:
        raise SnapshotError(f"a stored value is of an unknown kind {kind!r}") from error


def zone_to_json(zone: dt.tzinfo | None) -> Json:
    """Return a time zone as JSON.

    Raises:
        SnapshotError: It is none of zoneinfo, `datetime.timezone` and pytz.
    """
    if zone is None:
        return None
    if type(zone) is dt.timezone:
        return {"offset": zone.utcoffset(None).total_seconds(), "name": zone.tzname(None)}
    source = type(zone).__module__.partition(".")[0]
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if source not in {"zoneinfo", "pytz"} or not isinstance(name, str):
        raise SnapshotError(f"the time zone {type(zone).__module__}.{type(zone).__qualname__} cannot be stored")
    return {source: name}


def zone_from_json(form: Json) -> dt.tzinfo | None:
    """Return the time zone that *form* stands for."""
    if form is None:
        return None
    if "offset" in form:
        offset = dt.timedelta(seconds=form["offset"])
        plain = dt.timezone(offset)
        return plain if plain.tzname(None) == form["name"] else dt.timezone(offset, form["name"])
    if "pytz" in form:
        from importlib import import_module

        zone: dt.tzinfo = import_module("pytz").timezone(form["pytz"])
        return zone
    import zoneinfo

    return zoneinfo.ZoneInfo(form["zoneinfo"])


def _is_clean(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _moment_to_json(value: dt.datetime) -> Json:
    return {"datetime": [value.replace(tzinfo=None).isoformat(), zone_to_json(value.tzinfo), value.fold]}


def _moment_from_json(content: Json) -> dt.datetime:
    text, zone, fold = content
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


def _clock_to_json(value: dt.time) -> Json:
    return {"time": [value.replace(tzinfo=None).isoformat(), zone_to_json(value.tzinfo), value.fold]}


def _clock_from_json(content: Json) -> dt.time:
    text, zone, fold = content
    return dt.time.fromisoformat(text).replace(tzinfo=zone_from_json(zone), fold=fold)


def _many_to_json(kind: str) -> Callable[[Any], Json]:
    return lambda values: {kind: [value_to_json(value) for value in values]}


def _many_from_json(kind: type) -> Callable[[Json], Any]:
    return lambda forms: kind(value_from_json(form) for form in forms)


def _foreign_to_json(value: Any) -> Json:
    """Write a value of NumPy or pandas; they need not be imported to be recognised."""
    kind = type(value)
    source = kind.__module__.partition(".")[0]
    if source == "numpy":
        return _numpy_to_json(value)
    if source == "pandas":
        form = _pandas_to_json(value)
        if form is not None:
            return form
    raise SnapshotError(f"a value of class {kind.__module__}.{kind.__qualname__} cannot be stored")


def _numpy_to_json(value: Any) -> Json:
    import numpy as np

    array = np.asarray(value) if isinstance(value, np.generic) else value
    if type(array) is not np.ndarray or array.dtype.hasobject or array.dtype.kind == "T":
        raise SnapshotError(f"a value of class numpy.{type(value).__qualname__} cannot be stored")
    content = base64.b64encode(array.tobytes()).decode()
    descr = np.lib.format.dtype_to_descr(array.dtype)
    return {"scalar" if isinstance(value, np.generic) else "array": [descr, list(array.shape), content]}


def _array_from_json(content: Json) -> Any:
    import numpy as np

    descr, shape, text = content
    return np.frombuffer(base64.b64decode(text), dtype_from_json(descr)).reshape(shape).copy()


def dtype_from_json(form: Json) -> Any:
    """Return the dtype that NumPy described as *form*, after JSON made lists of its tuples."""
    import numpy as np

    return np.lib.format.descr_to_dtype(_tuples(form))


def _tuples(form: Json) -> Any:
    """Fields of a structured dtype are a list of tuples, a dtype with a shape is a tuple."""
    if not isinstance(form, list):
        return form
    fields = all(isinstance(part, list) and isinstance(part[0], str | list) for part in form)
    return [_field(part) for part in form] if fields else (_tuples(form[0]), tuple(form[1]))


def _field(form: list[Any]) -> tuple[Any, ...]:
    name, kind, *shape = form
    title = tuple(name) if isinstance(name, list) else name
    return (title, _tuples(kind), *(tuple(part) for part in shape))


def _pandas_to_json(value: Any) -> Json:  # noqa: PLR0911 # one per class
    import pandas as pd

    if value is pd.NA:
        return {"missing": "NA"}
    if value is pd.NaT:
        return {"missing": "NaT"}
    if type(value) is pd.Timestamp:
        return {"timestamp": [value.asm8.view("i8").item(), value.unit, zone_to_json(value.tzinfo)]}
    if type(value) is pd.Timedelta:
        return {"duration": [value.asm8.view("i8").item(), value.unit]}
    if type(value) is pd.Period:
        return {"period": [value.ordinal, value.freqstr]}
    if type(value) is pd.Interval:
        return {"interval": [value_to_json(value.left), value_to_json(value.right), value.closed]}
    return None


def _pandas_from_json(kind: str) -> Callable[[Json], Any]:
    def read(content: Json) -> Any:
        import numpy as np
        import pandas as pd

        if kind == "missing":
            return pd.NA if content == "NA" else pd.NaT
        if kind == "timestamp":
            moment = pd.Timestamp(np.datetime64(content[0], content[1]))
            return moment if content[2] is None else moment.tz_localize("UTC").tz_convert(zone_from_json(content[2]))
        if kind == "duration":
            return pd.Timedelta(np.timedelta64(content[0], content[1]))
        if kind == "period":
            return pd.Period(ordinal=content[0], freq=content[1])
        return pd.Interval(value_from_json(content[0]), value_from_json(content[1]), closed=content[2])

    return read


_WRITERS: dict[type, Callable[[Any], Json]] = {
    float: lambda value: {"float": value.hex()},
    complex: lambda value: {"complex": [value.real.hex(), value.imag.hex()]},
    bytes: lambda value: {"bytes": base64.b64encode(value).decode()},
    decimal.Decimal: lambda value: {"decimal": str(value)},
    dt.date: lambda value: {"date": value.isoformat()},
    dt.datetime: _moment_to_json,
    dt.time: _clock_to_json,
    dt.timedelta: lambda value: {"timedelta": [value.days, value.seconds, value.microseconds]},
    uuid.UUID: lambda value: {"uuid": value.hex},
    list: _many_to_json("list"),
    tuple: _many_to_json("tuple"),
    dict: lambda value: {"dict": [[value_to_json(key), value_to_json(held)] for key, held in value.items()]},
}

_READERS: dict[str, Callable[[Json], Any]] = {
    "text": lambda content: bytes.fromhex(content).decode("utf-16-le", "surrogatepass"),
    "float": float.fromhex,
    "complex": lambda content: complex(float.fromhex(content[0]), float.fromhex(content[1])),
    "bytes": base64.b64decode,
    "decimal": decimal.Decimal,
    "date": dt.date.fromisoformat,
    "datetime": _moment_from_json,
    "time": _clock_from_json,
    "timedelta": lambda content: dt.timedelta(*content),
    "uuid": lambda content: uuid.UUID(hex=content),
    "list": _many_from_json(list),
    "tuple": _many_from_json(tuple),
    "dict": lambda content: {value_from_json(key): value_from_json(held) for key, held in content},
    "scalar": lambda content: _array_from_json(content)[()],
    "array": _array_from_json,
} | {kind: _pandas_from_json(kind) for kind in ("missing", "timestamp", "duration", "period", "interval")}
