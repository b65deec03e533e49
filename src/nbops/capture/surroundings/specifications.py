"""Figures of plotly and altair, as the specifications that they are: JSON that any viewer of theirs draws again.

No HTML is kept: theirs loads a library of megabytes from the network. A specification holds the values that it draws,
so the recorder treats it like rows of data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbops.capture.secrets.redact_json import redact_json_text
from nbops.capture.surroundings.random_state import random_state_kept

PLOTLY, VEGA = "plotly", "vl"
_MIMES = {"application/vnd.plotly.v1+json": PLOTLY, "application/vnd.vegalite": VEGA}
_MOST, _LARGEST, _MOST_VALUES = 10, 2_000_000, 200_000


def shown_specification(bundle: Mapping[str, Any]) -> tuple[str, Any] | None:
    """Return kind and content of the specification in what a frontend is sent, or None."""
    for mime, content in bundle.items():
        kind = next((kind for start, kind in _MIMES.items() if mime.startswith(start)), None)
        if kind is not None:
            return kind, content
    return None


def specifications(
    bound: Iterable[str], namespace: Mapping[str, Any], result: Any, shown: Iterable[tuple[str, Any]]
) -> tuple[dict[str, bytes], list[str]]:
    """Return file name → JSON of the figures of a cell, and sentences about those that are not kept.

    Args:
        bound: Names that the cell bound.
        namespace: After the cell.
        result: Value of its last expression.
        shown: Specifications that were sent to the frontend, from `shown_specification`.
    """
    found: dict[str, bytes] = {}
    warnings: list[str] = []
    known: set[str] = set()
    for name, kind, value in _objects(bound, namespace, result):
        content, objection = _written(kind, value)
        if content is not None and len(content) <= _LARGEST:
            known.add(_canonical(json.loads(content)))
            found[f"{name}.{kind}.json"] = redact_json_text(content)
        elif value is result or objection:
            warnings.append(f"figure {name} is not kept: {objection or 'it is larger than 2 MB'}")
    for kind, body in shown:
        content = json.dumps(body, separators=(",", ":"), default=str).encode()
        if _canonical(body) in known or len(found) >= _MOST:
            continue
        if len(content) > _LARGEST:
            warnings.append("a figure is not kept: it is larger than 2 MB")
            continue
        known.add(_canonical(body))
        found[f"figure-{len(found) + 1}.{kind}.json"] = redact_json_text(content)
    return found, warnings


def _objects(bound: Iterable[str], namespace: Mapping[str, Any], result: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield name, kind and object of figures; charts that are only parts of the one that is shown are left out."""
    kinds = {name: kind for name in bound if name in namespace and (kind := _kind(namespace[name]))}
    last = _kind(result)
    seen: set[int] = set()
    for name, kind in list(kinds.items())[:_MOST]:
        value = namespace[name]
        if not name.startswith("_") and id(value) not in seen and (kind != last or kind == PLOTLY or value is result):
            seen.add(id(value))
            yield name, kind, value
    if last and id(result) not in seen:
        older = next((name for name, value in namespace.items() if value is result and not name.startswith("_")), "")
        yield older or "figure", last, result


def _kind(value: Any) -> str:
    for module, name, kind in (
        ("plotly.basedatatypes", "BaseFigure", PLOTLY),
        ("altair.vegalite.v6.api", "TopLevelMixin", VEGA),
        ("altair.vegalite.v5.api", "TopLevelMixin", VEGA),
    ):
        loaded = sys.modules.get(module)
        owner = getattr(loaded, name, None) if loaded is not None else None
        if owner is not None and issubclass(type(value), owner):
            return kind
    return ""


def _written(kind: str, value: Any) -> tuple[bytes | None, str]:
    """Return the specification as JSON, or None and why there is none; empty where it is no whole figure."""
    try:
        with random_state_kept():
            return _of_plotly(value) if kind == PLOTLY else _of_altair(value)
    except Exception as error:  # noqa: BLE001 # an unfinished chart, or data that JSON cannot hold
        return None, "" if type(error).__name__ == "SchemaValidationError" else type(error).__name__


def _of_plotly(value: Any) -> tuple[bytes | None, str]:
    traces = value.__dict__.get("_data") or ()
    values = sum(len(item) for trace in traces for item in trace.values() if type(item).__name__ in {"list", "ndarray"})
    if values > _MOST_VALUES:
        return None, f"it draws {values:,} values"
    module: Any = sys.modules["plotly.io"]
    return module.to_json(value, validate=False).encode(), ""


def _of_altair(value: Any) -> tuple[bytes | None, str]:
    altair: Any = sys.modules["altair"]
    # Other transformers write files, start servers, or need another renderer.
    if altair.data_transformers.active != "default":
        return None, f"altair's data transformer {altair.data_transformers.active!r} is active"
    if type(value.__dict__.get("_kwds", {}).get("data")).__name__ == "LazyFrame":
        return None, "its data is lazy"
    return json.dumps(value.to_dict(), separators=(",", ":")).encode(), ""


def _canonical(body: Any) -> str:
    told = {name: item for name, item in body.items() if name != "config"} if type(body) is dict else body
    return json.dumps(told, sort_keys=True, default=str)
